"""Tokens as rows of a table."""

from datetime import datetime

from passgate.console.components.badge import Tone
from passgate.console.components.table import Column, Row, act, tag
from passgate.console.edge import MOUNT_PATH
from passgate.identity.models import Token
from passgate.identity.service.token_registry import status_of
from passgate.kernel.money import format_dollars

TONES: dict[str, Tone] = {"active": "good", "expired": "plain", "revoked": "bad"}

COLUMNS = (
    Column("name", "Name", "main"),
    Column("status", "Status", "badge"),
    Column("kind", "Kind"),
    Column("expires", "Expires", "relative"),
    Column("used", "Last used", "relative"),
    Column("calls", "Calls", "number"),
    Column("cost", "Cost", "number"),
    Column("jti", "Token id", "id"),
    Column("issued", "Issued", "relative"),
    Column("actions", "Actions", "actions"),
)
COLUMNS_BESIDE = tuple(column for column in COLUMNS if column.name not in {"jti", "issued"})
"""What has room beside other cards with the actions in sight; the token's page says the rest."""


def token_row(token: Token, now: datetime, owner: str = "") -> Row:
    """A token's row; the owner is said below its name."""
    status = status_of(token, now)
    revocable = status == "active"
    return {
        "id": token.jti,
        "href": f"{MOUNT_PATH}/tokens/{token.jti}",
        "name": token.name,
        "sub": owner,
        "status": tag(status.capitalize(), TONES[status], dot=True, title=_why(token)),
        "kind": f"{token.kind}, narrowed" if token.parent_jti else token.kind,
        "jti": token.jti,
        "issued": token.issued_at.isoformat(),
        "expires": token.expires_at.isoformat(),
        "used": token.last_used_at.isoformat() if token.last_used_at else None,
        "calls": f"{token.calls:,}" if token.calls else None,
        "cost": format_dollars(token.cost) if token.cost else None,
        "actions": [act("revoke", "Revoke", of=token.name, tone="bad")] if revocable else None,
    }


def _why(token: Token) -> str:
    return f"Reason: {token.revoked_reason}" if token.revoked_reason else ""
