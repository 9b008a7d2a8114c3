"""OpenAI-compatible vendors."""
