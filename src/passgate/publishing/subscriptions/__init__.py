"""Subscriptions: which application may call which service, under which plan, and who agreed to it."""
