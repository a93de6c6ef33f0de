"""Verdicts: what a shopper is told about one listing and its merchant."""
