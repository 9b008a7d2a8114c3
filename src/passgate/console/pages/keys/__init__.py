"""Signing keys: what tokens are signed with."""
