"""The signing keys."""

from collections.abc import Sequence
from dataclasses import dataclass

from nicegui.page_arguments import PageArguments

from passgate.console.components.button import button
from passgate.console.components.card import card
from passgate.console.components.confirm import confirm
from passgate.console.components.copyable import snippet
from passgate.console.components.dialog import form_dialog
from passgate.console.components.field import text_field
from passgate.console.components.form import Form
from passgate.console.components.page_header import page_header
from passgate.console.components.table import Column, Row, Table, act, tag
from passgate.console.components.text import muted
from passgate.console.formatting import counted, grouped
from passgate.console.visit import Visit
from passgate.identity.models import SigningKey
from passgate.identity.service.keys import list_keys, live_tokens_by_key, remove_key, rotate
from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work

_COLUMNS = (
    Column("kid", "Key id", "id"),
    Column("status", "Status", "badge"),
    Column("algorithm", "Algorithm", "code"),
    Column("tokens", "Live tokens", "number"),
    Column("created", "Created", "relative"),
    Column("actions", "Actions", "actions"),
)


@dataclass(frozen=True, slots=True)
class _Found:
    keys: Sequence[SigningKey]
    tokens: dict[str, int]
    may_write: bool


async def show(visit: Visit, _args: PageArguments) -> None:
    """Build the page."""
    found = await visit.ask(_find)

    async def make_new() -> None:
        await visit.change(rotate)
        visit.tell("A new key signs from now on.")
        await visit.refresh()

    with page_header(
        "Signing keys", "Tokens are signed with the active key. Retired keys still verify what they signed."
    ):
        if found.may_write:
            button(
                "Rotate key",
                lambda: confirm(
                    "Rotate the signing key?",
                    "A new key signs from now on. The old one still verifies, so no token stops working.",
                    "Rotate key",
                    make_new,
                ),
                kind="primary",
                icon="refresh",
            )

    async def acted(kid: str, _name: str) -> None:
        _ask_to_remove(visit, kid, found.tokens.get(kid, 0))

    with card(flush=True):
        rows = [_row(key, found.tokens.get(key.kid, 0), may_write=found.may_write) for key in found.keys]
        Table(_COLUMNS, rows, label="Signing keys", on_act=acted)
    with card("Verify tokens in your own services"):
        muted("Any JWT library can verify Passgate's tokens against its key set (JWKS).")
        snippet(f"curl {visit.console.public_url}/.well-known/jwks.json", "bash")


def _find(actor: Actor, work: Work) -> _Found:
    return _Found(list_keys(actor, work), live_tokens_by_key(actor, work), actor.may(Permission.KEY_WRITE))


def _row(key: SigningKey, tokens: int, *, may_write: bool) -> Row:
    active = key.status == "active"
    return {
        "id": key.kid,
        "kid": key.kid,
        "status": tag("Active", "good", dot=True) if active else tag("Retired", "plain", dot=True),
        "algorithm": key.algorithm,
        "tokens": grouped(tokens),
        "created": key.created_at.isoformat(),
        "actions": [act("remove", "Remove", of=key.kid, tone="bad")] if may_write else None,
    }


def _ask_to_remove(visit: Visit, kid: str, tokens: int) -> None:
    async def remove(form: Form) -> None:
        fallen = await visit.change(remove_key, kid, form["reason"])
        visit.tell(f"The key is removed; {counted(fallen, 'token')} fell with it.", "warn")
        await visit.refresh()

    lead = (
        f"An emergency measure, for a key that leaked: every token that it signed dies at once, {grouped(tokens)} now. "
        "To change keys in daily work, rotate instead."
    )
    with form_dialog("Remove this signing key?", lead, "Remove key", remove, kind="danger") as form:
        form.add("reason", text_field("Reason", optional=True, placeholder="leaked"))
