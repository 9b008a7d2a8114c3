"""Issuers of others: identity providers that sign people in, and issuers whose tokens the gate accepts."""
