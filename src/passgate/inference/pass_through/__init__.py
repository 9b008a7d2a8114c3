"""Calls that go to a provider as they are: what may go where, with which headers, and what it costs."""
