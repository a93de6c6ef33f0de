"""Which products are the same: normalised keys today, the index and the verdict later."""
