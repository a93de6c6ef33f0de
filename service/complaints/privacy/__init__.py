"""Sealed fields, who may see them, who did, and when they are erased."""
