"""Providers: accounts at AI vendors."""
