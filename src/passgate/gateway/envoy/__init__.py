"""Envoy itself: its binary, its message definitions, its start-up file, command line and admin interface."""
