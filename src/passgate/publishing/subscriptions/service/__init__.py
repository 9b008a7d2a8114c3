"""Use cases of subscriptions, one file each."""
