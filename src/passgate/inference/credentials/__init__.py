"""Credentials that must be exchanged for short-lived ones before a vendor takes them."""
