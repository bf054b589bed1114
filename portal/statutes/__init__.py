"""Time limits as data with their law attached: the table, the working calendar and the counting."""
