"""Frozen, versioned models that cross from one process to another."""
