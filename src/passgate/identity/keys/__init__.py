"""Signing keys as such: how they are made, read, judged and used; no database here."""
