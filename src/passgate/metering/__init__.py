"""Spool files to calls, usage and cost."""
