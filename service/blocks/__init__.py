"""Block orders: what a regulator asks of a platform, what it answers, and whether the listing is really gone."""
