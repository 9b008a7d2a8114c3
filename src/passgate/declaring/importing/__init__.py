"""Configurations of other gateways, written as documents of ours; what has no counterpart is named."""
