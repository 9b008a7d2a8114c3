"""One router a resource, and the list of them."""

from passgate.api.routers import (
    applications,
    calls,
    jwks,
    keys,
    models,
    nodes,
    providers,
    services,
    session,
    setup,
    subscriptions,
    summary,
    teams,
    tokens,
    users,
    vendors,
)

ROUTERS = (
    setup.router,
    session.router,
    users.router,
    teams.router,
    applications.router,
    tokens.router,
    keys.router,
    vendors.router,
    providers.router,
    models.router,
    services.router,
    subscriptions.router,
    calls.router,
    summary.router,
    nodes.router,
    jwks.router,
)
"""Every router of the management API, in the order of its documentation."""
