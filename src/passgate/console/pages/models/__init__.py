"""Models: the names that clients ask for."""
