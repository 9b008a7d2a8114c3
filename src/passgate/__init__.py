"""Passgate: one gate for APIs and AI models, with JWTs as the one key."""

__version__ = "0.1.0"
