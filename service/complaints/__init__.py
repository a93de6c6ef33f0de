"""Complaints: cases with sealed personal data, their events and outcomes."""
