"""Official notices about unsafe products, and the keys under which a listing finds them."""
