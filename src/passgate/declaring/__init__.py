"""Declarations: what is to be, as documents that are applied together or not at all."""
