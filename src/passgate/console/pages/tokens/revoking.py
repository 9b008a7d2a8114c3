"""Revoking tokens, and seeing how soon every node enforces it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from passgate.console.components.dialog import form_dialog
from passgate.console.components.field import text_field
from passgate.console.components.form import Form
from passgate.console.formatting import counted, milliseconds
from passgate.console.visit import Visit, who
from passgate.gateway.schemas import NodeView
from passgate.gateway.service import list_nodes
from passgate.identity.schemas import Revoked
from passgate.identity.service.tokens import get_token, revoke_application_tokens, revoke_token
from passgate.kernel.permissions import Permission

_LOOKS = 40
_PAUSE_SECONDS = 0.1

Done = Callable[[], Awaitable[object]]


async def ask_to_revoke(visit: Visit, jti: str, done: Done) -> None:
    """Ask for a reason, revoke the token, and tell when every node refuses it."""
    token = await visit.ask(get_token, jti)

    async def revoke(form: Form) -> None:
        revoked = await visit.change(revoke_token, jti, form["reason"])
        row = await visit.ask(get_token, jti)
        await done()
        await _tell_enforcement(visit, revoked, row.revoked_at)

    with form_dialog(
        f"Revoke “{token.name}”?",
        "The next call with this token is refused, on every node, within a second. This cannot be undone.",
        "Revoke token",
        revoke,
        kind="danger",
    ) as form:
        _reason(form)


async def ask_to_revoke_all(visit: Visit, application_id: str, name: str, done: Done) -> None:
    """Ask for a reason, and revoke all that the application holds."""

    async def revoke(form: Form) -> None:
        revoked = await visit.change(revoke_application_tokens, application_id, form["reason"])
        await done()
        await _tell_enforcement(visit, revoked, None)

    with form_dialog(
        f"Revoke all tokens of “{name}”?",
        "Every token that the application holds now is refused within a second. Tokens issued afterwards hold.",
        "Revoke all tokens",
        revoke,
        kind="danger",
    ) as form:
        _reason(form)


def _reason(form: Form) -> None:
    form.add(
        "reason",
        text_field(
            "Reason",
            optional=True,
            placeholder="leaked in a public repository",
            help_text="Kept with the token, for whoever looks at it later.",
        ),
    )


async def _tell_enforcement(visit: Visit, revoked: Revoked, since: datetime | None) -> None:
    fallen = counted(revoked.count, "token")
    actor = await visit.ask(who)
    if not actor.may(Permission.NODE_READ):
        visit.tell(f"{fallen} revoked.")
        return
    for _ in range(_LOOKS):
        nodes = [node for node in await visit.ask(list_nodes) if node.state != "silent"]
        if nodes and all(node.revocation_seq >= revoked.seq for node in nodes):
            visit.tell(f"{fallen} revoked. Enforced on {_where(nodes)}{_after(nodes, since)}.")
            return
        await asyncio.sleep(_PAUSE_SECONDS)
    visit.tell(f"{fallen} revoked. Not every node has confirmed it yet; see the nodes page.", "warn")


def _where(nodes: list[NodeView]) -> str:
    return f"{nodes[0].name}" if len(nodes) == 1 else f"all {len(nodes)} nodes"


def _after(nodes: list[NodeView], since: datetime | None) -> str:
    moments = [node.revocation_at for node in nodes if node.revocation_at is not None]
    if since is None or not moments or max(moments) < since:
        return ""
    return f" after {milliseconds((max(moments) - since).total_seconds() * 1000)}"
