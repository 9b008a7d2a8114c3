"""The endpoints of OAuth 2.0 and OpenID Connect."""

from passgate.api.oauth import discovery, doors, endpoints

ROUTERS = (discovery.router, endpoints.router, doors.router)
"""All of them."""
