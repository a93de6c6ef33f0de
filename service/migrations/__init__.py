"""Alembic migrations; each is tested up and down with data."""
