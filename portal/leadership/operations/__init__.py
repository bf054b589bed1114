"""Writes of leadership, by noun. Each takes the actor and the moment, flushes, never commits."""
