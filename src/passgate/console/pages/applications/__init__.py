"""Applications: who calls."""
