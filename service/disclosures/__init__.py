"""Checks of shops: their own pages read on request, and what these disclose recorded as evidence."""
