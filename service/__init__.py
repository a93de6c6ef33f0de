"""Everything that remembers or answers: database, cases, API, console, background work, packs."""
