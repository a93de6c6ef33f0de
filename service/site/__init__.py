"""Public pages: what Caveat is, and what is known about a merchant, a fact or a notice."""
