"""Pages of prompts as services."""
