"""Alerts and webhooks."""
