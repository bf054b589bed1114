"""Reading the roster, its receptions and what became of them, by noun."""
