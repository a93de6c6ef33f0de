"""What every feature shares: session, clock, crypto, errors, background work, settings."""
