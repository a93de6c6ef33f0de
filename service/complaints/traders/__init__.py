"""The trader's desk and the Express programme."""
