"""周日程: the week of the roster, its approval and publication, leaders, grades, coverage."""
