"""Other parties of a programme: taking part, and cases handed from one council to another."""
