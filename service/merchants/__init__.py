"""Merchants: identities, aliases, and which merchant sells which listing."""
