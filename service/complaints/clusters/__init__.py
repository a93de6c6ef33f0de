"""Several victims, one matter."""
