"""The signing keys: which signs, which will, which still verify, which have ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from nicegui.page_arguments import PageArguments

from passgate.console.components.badge import Tone
from passgate.console.components.button import button
from passgate.console.components.card import card
from passgate.console.components.copyable import snippet
from passgate.console.components.empty import empty
from passgate.console.components.page_header import page_header
from passgate.console.components.table import Column, Row, Table, act, tag
from passgate.console.components.text import muted
from passgate.console.formatting import grouped
from passgate.console.pages.keys.changing import ask_to_import, ask_to_revoke, ask_to_rotate
from passgate.console.visit import Visit
from passgate.identity.models import SigningKey
from passgate.identity.service.keys import list_keys, live_tokens_by_key
from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work

_COLUMNS = (
    Column("kid", "Key id", "id"),
    Column("status", "Status", "badge"),
    Column("algorithm", "Algorithm", "code"),
    Column("origin", "Origin"),
    Column("tokens", "Live tokens", "number"),
    Column("since", "In this state", "relative"),
    Column("created", "Published", "relative"),
    Column("actions", "Actions", "actions"),
)
_STATES: dict[str, tuple[str, Tone, str]] = {
    "next": ("Next", "info", "Published, so that everyone knows it before it signs."),
    "active": ("Active", "good", "Signs new tokens."),
    "retiring": ("Retiring", "warn", "Verifies what it signed, until the last of it has expired."),
    "retired": ("Retired", "plain", "All that it signed has expired; its private part is destroyed."),
    "revoked": ("Revoked", "bad", "Refused everywhere; its private part is destroyed."),
}
_LIVING = frozenset({"next", "active", "retiring"})


@dataclass(frozen=True, slots=True)
class _Found:
    keys: Sequence[SigningKey]
    tokens: dict[str, int]
    may_write: bool


async def show(visit: Visit, _args: PageArguments) -> None:
    """Build the page."""
    found = await visit.ask(_find)
    algorithms = sorted({key.algorithm for key in found.keys if key.status in _LIVING})
    lead = "Tokens are signed with the active key of their algorithm. The next one is published ahead and takes over."
    with page_header("Signing keys", lead):
        if found.may_write:
            button("Import key", lambda: ask_to_import(visit), icon="plus")
            button("Rotate key", lambda: ask_to_rotate(visit, algorithms), kind="primary", icon="refresh")

    async def acted(kid: str, _name: str) -> None:
        status = next(key.status for key in found.keys if key.kid == kid)
        ask_to_revoke(visit, kid, status, found.tokens.get(kid, 0))

    with card(flush=True):
        rows = [_row(key, found.tokens.get(key.kid, 0), may_write=found.may_write) for key in found.keys]
        if rows:
            Table(_COLUMNS, rows, label="Signing keys", on_act=acted)
        else:
            empty("key", "No signing keys yet", "The first one is made with the first token.")
    with card("Verify tokens in your own services"):
        muted(
            "Any JWT library can verify Passgate's tokens against its key set (JWKS), which may be kept five minutes."
        )
        snippet(f"curl {visit.console.public_url}/.well-known/jwks.json", "bash")


def _find(actor: Actor, work: Work) -> _Found:
    return _Found(list_keys(actor, work), live_tokens_by_key(actor, work), actor.may(Permission.KEY_WRITE))


def _row(key: SigningKey, tokens: int, *, may_write: bool) -> Row:
    text, tone, meaning = _STATES[key.status]
    return {
        "id": key.kid,
        "kid": key.kid,
        "status": tag(text, tone, dot=True, title=f"{meaning} {key.ended_reason or ''}".strip()),
        "algorithm": key.algorithm,
        "origin": "Imported" if key.origin == "imported" else "Made here",
        "tokens": grouped(tokens),
        "since": _since(key).isoformat(),
        "created": key.created_at.isoformat(),
        "actions": [act("revoke", "Revoke", of=key.kid, tone="bad")] if may_write and key.status in _LIVING else None,
    }


def _since(key: SigningKey) -> datetime:
    """When the key came into the state that it is in."""
    return key.ended_at or key.retiring_at or key.activated_at or key.created_at
