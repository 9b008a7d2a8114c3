"""Prompts as services: checked, compared, documented, tried, and a library to start from."""
