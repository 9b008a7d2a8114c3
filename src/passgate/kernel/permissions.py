"""The permission catalogue and the fixed roles made of it."""

from enum import StrEnum


class Permission(StrEnum):
    """What an actor may do; ``area:act``. Checked by services, declared by every management route."""

    TEAM_READ = "team:read"
    TEAM_WRITE = "team:write"
    USER_READ = "user:read"
    USER_WRITE = "user:write"
    APPLICATION_READ = "application:read"
    APPLICATION_WRITE = "application:write"
    TOKEN_READ = "token:read"
    TOKEN_ISSUE = "token:issue"
    TOKEN_REVOKE = "token:revoke"
    TEMPLATE_READ = "template:read"
    TEMPLATE_WRITE = "template:write"
    KEY_READ = "key:read"
    KEY_WRITE = "key:write"
    PROVIDER_READ = "provider:read"
    PROVIDER_WRITE = "provider:write"
    MODEL_READ = "model:read"
    MODEL_WRITE = "model:write"
    SERVICE_READ = "service:read"
    SERVICE_WRITE = "service:write"
    SERVICE_REVIEW = "service:review"
    SERVICE_PUBLISH = "service:publish"
    SUBSCRIPTION_READ = "subscription:read"
    SUBSCRIPTION_WRITE = "subscription:write"
    LIMIT_READ = "limit:read"
    LIMIT_WRITE = "limit:write"
    CALL_READ = "call:read"
    BODY_READ = "body:read"
    LEDGER_READ = "ledger:read"
    LEDGER_WRITE = "ledger:write"
    ALERT_READ = "alert:read"
    ALERT_WRITE = "alert:write"
    NODE_READ = "node:read"
    ISSUER_READ = "issuer:read"
    ISSUER_WRITE = "issuer:write"
    ROLE_READ = "role:read"
    ROLE_WRITE = "role:write"
    SCOPE_READ = "scope:read"
    SCOPE_WRITE = "scope:write"
    AUDIT_READ = "audit:read"


class Role(StrEnum):
    """A fixed role: over everything (``admin``), or inside one team (the others)."""

    ADMIN = "admin"
    OWNER = "owner"
    DEVELOPER = "developer"
    VIEWER = "viewer"


BUILT_IN_IN_TEAMS = (Role.OWNER, Role.DEVELOPER, Role.VIEWER)
"""The fixed roles that a member of a team may have."""

_READ = frozenset(permission for permission in Permission if permission.endswith(":read"))
_VIEWER = _READ - {
    Permission.KEY_READ,
    Permission.NODE_READ,
    Permission.USER_READ,
    Permission.ISSUER_READ,
    Permission.AUDIT_READ,
    Permission.BODY_READ,
    Permission.LEDGER_READ,
}
_DEVELOPER = _VIEWER | {
    Permission.APPLICATION_WRITE,
    Permission.TOKEN_ISSUE,
    Permission.TOKEN_REVOKE,
    Permission.SUBSCRIPTION_WRITE,
}
_OWNER = _DEVELOPER | {
    Permission.TEAM_WRITE,
    Permission.USER_READ,
    Permission.TEMPLATE_WRITE,
    Permission.SERVICE_WRITE,
    Permission.SERVICE_REVIEW,
    Permission.SERVICE_PUBLISH,
    Permission.PROVIDER_WRITE,
    Permission.MODEL_WRITE,
    Permission.LIMIT_WRITE,
    Permission.ALERT_WRITE,
    Permission.ROLE_WRITE,
    Permission.SCOPE_WRITE,
    Permission.AUDIT_READ,
}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset(Permission),
    Role.OWNER: _OWNER,
    Role.DEVELOPER: _DEVELOPER,
    Role.VIEWER: _VIEWER,
}
"""What each role may do, over everything for ``admin``, inside the team for the others."""
