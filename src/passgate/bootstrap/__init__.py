"""The composition root: builds apps and processes from settings."""
