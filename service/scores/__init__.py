"""Scores: computed when evidence changes, rendered to bytes once, copied when asked for."""
