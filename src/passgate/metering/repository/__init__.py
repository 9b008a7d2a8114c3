"""Queries of metering; private to it."""
