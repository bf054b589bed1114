"""今日收尾: nothing of the day is swept away silently; the duty head says what became of it, and signs the 来访日报."""
