"""One token: what it is for, what it is limited to, what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from nicegui.page_arguments import PageArguments

from passgate.console.components.badge import badge
from passgate.console.components.button import button
from passgate.console.components.card import card
from passgate.console.components.copyable import identifier
from passgate.console.components.empty import empty
from passgate.console.components.facts import Value, facts
from passgate.console.components.moment import Moment, moment_or
from passgate.console.components.page_header import page_header
from passgate.console.components.table import Table
from passgate.console.components.text import Words, box
from passgate.console.edge import MOUNT_PATH
from passgate.console.pages.tokens.revoking import ask_to_revoke
from passgate.console.pages.tokens.rows import COLUMNS_BESIDE, TONES, token_row
from passgate.console.visit import Visit
from passgate.identity.models import Token
from passgate.identity.service.token_registry import status_of
from passgate.identity.service.tokens import get_token, list_children
from passgate.kernel.actor import Actor
from passgate.kernel.money import format_dollars
from passgate.storage.work import Work

_CHILD_COLUMNS = tuple(column for column in COLUMNS_BESIDE if column.name not in {"actions", "kind"})


@dataclass(frozen=True, slots=True)
class _Found:
    token: Token
    children: Sequence[Token]


async def show(visit: Visit, args: PageArguments) -> None:
    """Build the page."""
    found = await visit.ask(_find, args.path_parameters["jti"])
    token, now = found.token, visit.console.storage.clock.now()
    status = status_of(token, now)
    with page_header(token.name, f"A token of the kind {token.kind}.", trail=[("Tokens", f"{MOUNT_PATH}/tokens")]):
        if status == "active":
            button("Revoke", lambda: ask_to_revoke(visit, token.jti, visit.refresh), kind="danger", icon="ban")
    with box("pg-main-aside"):
        with box("pg-stack"):
            with card("What it may do"):
                facts(_rights(token))
            with card("Narrowed from it", "Weaker tokens that its holder made of it. They die with it.", flush=True):
                if found.children:
                    rows = [token_row(child, now) for child in found.children]
                    Table(_CHILD_COLUMNS, rows, label="Tokens narrowed from it")
                else:
                    empty("token", "None yet", "Its holder can make some at POST /api/v1/tokens/narrow.")
        with card("About"):
            facts(
                [
                    ("Status", lambda: badge(status.capitalize(), TONES[status], dot=True)),
                    *_why(token),
                    ("Token id", lambda: identifier(token.jti)),
                    ("Subject", lambda: identifier(token.subject)),
                    *_family(token),
                    ("Signed by", (lambda: identifier(token.kid)) if token.kid else "a secret of its own"),
                    ("Issued by", lambda: identifier(token.issued_by)),
                    ("Issued", lambda: Moment(token.issued_at)),
                    ("Expires", lambda: Moment(token.expires_at)),
                    ("Last used", moment_or(token.last_used_at, "never")),
                    ("Calls", f"{token.calls:,}"),
                    ("Cost", format_dollars(token.cost)),
                ]
            )


def _find(actor: Actor, work: Work, jti: str) -> _Found:
    return _Found(get_token(actor, work, jti), list_children(actor, work, jti))


def _rights(token: Token) -> list[tuple[str, Value]]:
    return [
        ("For", ", ".join(token.audiences)),
        ("Scopes", " ".join(token.scopes) or "none named"),
        ("Models", _named(token.models)),
        ("Services", _named(token.services)),
        ("Money", "no ceiling of its own" if token.budget is None else f"{format_dollars(token.budget)} in its life"),
        ("Calls a minute", "no limit of its own" if token.rpm is None else f"{token.rpm:,}"),
    ]


def _named(names: Sequence[str] | None) -> str:
    if names is None:
        return "all that its application may"
    return ", ".join(names) or "none"


def _why(token: Token) -> list[tuple[str, Value]]:
    if token.revoked_at is None:
        return []
    revoked: list[tuple[str, Value]] = [("Revoked", moment_or(token.revoked_at, ""))]
    if token.revoked_reason:
        revoked.append(("Reason", token.revoked_reason))
    return revoked


def _family(token: Token) -> list[tuple[str, Value]]:
    parent = token.parent_jti
    if parent is None:
        return []
    link = f'href="{MOUNT_PATH}/tokens/{parent}"'
    return [("Narrowed from", lambda: Words(parent, "a", "pg-id").props(link))]
