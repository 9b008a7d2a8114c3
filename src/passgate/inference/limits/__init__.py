"""Limits on use: reserve before a call, settle after it. Counting is sans-I/O; one file talks to a Valkey."""
