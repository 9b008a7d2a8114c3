"""Subscriptions to one's own services."""
