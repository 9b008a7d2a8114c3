"""Browser sessions: one's own, and for those who may, everybody's."""

from nicegui.page_arguments import PageArguments

from passgate.console.components.button import button
from passgate.console.components.card import card
from passgate.console.components.confirm import confirm
from passgate.console.components.empty import empty
from passgate.console.components.field import filter_field
from passgate.console.components.listing import Listing
from passgate.console.components.page_header import page_header
from passgate.console.components.table import Column, Row, act, tag
from passgate.console.components.text import box
from passgate.console.pages.sessions.consents import consent_card
from passgate.console.visit import Visit, who
from passgate.identity.oauth.consents import list_consents
from passgate.identity.service.session_list import SessionView, end_all_sessions, end_session, list_sessions
from passgate.kernel.actor import ActorKind
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission

_COLUMNS = (
    Column("device", "Device", "main"),
    Column("status", "Status", "badge"),
    Column("ip", "Place"),
    Column("seen", "Last seen", "relative"),
    Column("created", "Signed in", "relative"),
    Column("actions", "Actions", "actions"),
)
_WHOSE = {"": "Your sessions", "all": "Everybody's sessions"}


async def show(visit: Visit, _args: PageArguments) -> None:
    """Build the page."""
    actor = await visit.ask(who)
    with page_header("Sessions", "Browsers that are signed in. Ending one signs it out at once, open pages too."):
        button("End all others", lambda: _ask_to_end_others(visit), icon="exit")
    whose = None
    if actor.may(Permission.USER_WRITE):
        with box("pg-filters"):
            whose = filter_field("Whose", _WHOSE, "")

    async def fetch(page: PageRequest) -> Page[SessionView]:
        return await visit.ask(list_sessions, page, is_everybody=whose is not None and whose.value == "all")

    async def acted(session_id: str, _name: str) -> None:
        await visit.change(end_session, session_id)
        await listing.load()

    with box("pg-stack"):
        with card(flush=True):
            listing = Listing(
                _COLUMNS,
                label="Sessions",
                noun="session",
                fetch=fetch,
                row=_row,
                when_empty=lambda: empty("system", "No sessions", "Nobody is signed in with a browser."),
                on_act=acted,
            )
        if actor.kind is ActorKind.USER:
            consent_card(visit, await visit.ask(list_consents))
    await listing.load()
    if whose is not None:
        whose.on_value_change(listing.load)


def _row(session: SessionView) -> Row:
    return {
        "id": session.id,
        "device": session.device,
        "sub": session.user_name,
        "status": _status(session),
        "ip": session.ip,
        "seen": session.last_seen_at.isoformat(),
        "created": session.created_at.isoformat(),
        "actions": [act("end", "End", of=session.device, tone="bad")]
        if session.is_open and not session.is_current
        else None,
    }


def _status(session: SessionView) -> dict[str, object]:
    if session.is_current:
        return tag("This one", "brand", dot=True)
    return tag("Open", "good", dot=True) if session.is_open else tag("Ended", "plain", dot=True)


def _ask_to_end_others(visit: Visit) -> None:
    async def end() -> None:
        count = await visit.change(end_all_sessions, keeps_current=True)
        visit.tell(f"{count} ended.")
        await visit.refresh()

    confirm("End all of your other sessions?", "Every other browser of yours is signed out at once.", "End them", end)
