"""Gemini's API, as clients speak it."""
