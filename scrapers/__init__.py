"""Reading the outside world in its own words: URL identity, page rules, one connector per authority."""
