"""Limits on use: which there are, on what; the inference workers count them."""
