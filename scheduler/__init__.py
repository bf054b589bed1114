"""Periodic work, in a process of its own: inside the web workers each job would run once per worker."""
