"""Evidence: every recorded fact, append-only, with source, two times, licence and hash."""
