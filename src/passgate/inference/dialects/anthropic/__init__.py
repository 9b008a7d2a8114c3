"""The Anthropic Messages API as a vendor."""
