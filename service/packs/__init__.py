"""Packs: the signed, compact copy of bands and notices that browsers look things up in."""
