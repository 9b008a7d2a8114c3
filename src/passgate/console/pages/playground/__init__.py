"""The playground: models tried side by side."""
