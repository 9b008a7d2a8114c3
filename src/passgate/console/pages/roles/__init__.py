"""Roles: what people may do, and the scopes of services."""
