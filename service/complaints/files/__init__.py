"""Evidence files of a case."""
