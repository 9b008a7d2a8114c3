"""Policies of AI calls, and what masking found."""
