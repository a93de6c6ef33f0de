"""Organisations, people, roles, sessions and keys: who is asking, and for whom they act."""
