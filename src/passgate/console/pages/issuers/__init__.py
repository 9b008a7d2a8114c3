"""Issuers of others: identity providers and trusted issuers."""
