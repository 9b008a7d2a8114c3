"""The neutral shapes that every format and every dialect translate to and from."""
