"""Desks that a complaint can be taken to: a registry with sources, a router, deadlines, sheets to copy from."""
