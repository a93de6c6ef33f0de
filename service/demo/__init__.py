"""The demonstration: invented shops to visit and the bundled sample they are judged by."""
