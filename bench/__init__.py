"""Measurements beside peers, each in one run; `make bench` runs them all."""
