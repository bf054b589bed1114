"""阅信: letters put before a leader."""
