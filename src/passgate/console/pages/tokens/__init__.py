"""Tokens: what was issued to whom."""
