"""What a team was told and nobody has put away."""

from passgate.console.components.card import card
from passgate.console.components.table import Column, Table, act
from passgate.console.edge import MOUNT_PATH
from passgate.console.visit import Visit, who
from passgate.kernel.actor import Actor
from passgate.kernel.pagination import PageRequest
from passgate.kernel.permissions import Permission
from passgate.publishing.notices.schemas import NoticeView
from passgate.publishing.notices.service import list_notices, put_away
from passgate.storage.work import Work

_COLUMNS = (
    Column("text", "Notice", "main", wraps=True),
    Column("when", "When", "relative"),
    Column("actions", "Actions", "actions"),
)
_MOST = PageRequest(limit=8)
_PARTS = {
    "certificate": "/services/{}",
    "mcp": "/services/{}?part=tools",
    "revision": "/services/{}?part=versions",
    "schedule": "/services/{}?part=versions",
    "version": "/portal/services/{}",
}
"""By the beginning of a notice's kind. Of a subscription the page itself tells."""


async def notices_card(visit: Visit) -> None:
    """The newest notices, if there are any."""
    found = await visit.ask(_unread)
    writes = (await visit.ask(who)).teams_with(Permission.SUBSCRIPTION_WRITE)

    async def read(notice_id: str, _name: str) -> None:
        await visit.change(put_away, notice_id)
        await visit.refresh()

    if not found:
        return
    rows = [
        {
            "id": one.id,
            "href": _place(one),
            "text": one.text,
            "when": one.created_at.isoformat(),
            "actions": [act("read", "Done", of=one.text)] if writes is None or one.team_id in writes else [],
        }
        for one in found
    ]
    with card("Notices", flush=True):
        Table(_COLUMNS, rows, label="Notices", on_act=read)


def _place(one: NoticeView) -> str | None:
    """Where one does something about it."""
    part = _PARTS.get(one.kind.partition(".")[0])
    return f"{MOUNT_PATH}{part.format(one.service_id)}" if part is not None and one.service_id is not None else None


def _unread(actor: Actor, work: Work) -> list[NoticeView]:
    if actor.teams_with(Permission.SUBSCRIPTION_READ) == frozenset():
        return []
    return list(list_notices(actor, work, _MOST, unread=True).items)
