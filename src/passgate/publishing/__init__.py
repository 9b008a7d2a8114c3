"""Services and subscriptions."""
