"""Hooks: code of an operator's own, asked before a request goes out and before a whole answer goes back."""
