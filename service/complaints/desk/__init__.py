"""The officer's desk and the complainant's page."""
