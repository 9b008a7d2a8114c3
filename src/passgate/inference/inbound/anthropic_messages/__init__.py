"""Anthropic messages, as clients send and read them."""
