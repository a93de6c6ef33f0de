"""What becomes of complaints, in figures for everybody: counted from events, never from counters."""
