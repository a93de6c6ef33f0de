"""Amounts of a case and the rates that compare them."""
