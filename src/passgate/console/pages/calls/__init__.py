"""Calls: what came through the gate."""
