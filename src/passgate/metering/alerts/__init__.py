"""Alerts: what somebody should know of before it hurts, told once, in the console and by webhook."""
