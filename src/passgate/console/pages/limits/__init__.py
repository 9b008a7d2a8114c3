"""Limits and budgets."""
