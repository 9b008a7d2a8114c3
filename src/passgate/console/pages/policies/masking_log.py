"""What masking found: how often and where, never what."""

from collections.abc import Mapping

from nicegui.page_arguments import PageArguments

from passgate.console.components.badge import Tone
from passgate.console.components.card import card
from passgate.console.components.empty import empty
from passgate.console.components.listing import Listing
from passgate.console.components.page_header import page_header
from passgate.console.components.table import Column, Row, tag
from passgate.console.components.text import box
from passgate.console.pages.applications_of import application_filter, offered_applications
from passgate.console.visit import Visit
from passgate.identity.service.applications import application_names
from passgate.kernel.actor import Actor
from passgate.kernel.pagination import Page, PageRequest
from passgate.metering.schemas import MaskingFindView
from passgate.metering.service.masking import list_masking_finds
from passgate.storage.work import Work

_COLUMNS = (
    Column("at", "Time", "relative"),
    Column("rule", "Rule", "main"),
    Column("action", "Action", "badge"),
    Column("place", "In the"),
    Column("finds", "Finds", "number"),
    Column("application", "Application"),
    Column("model", "Model", "code"),
    Column("call", "Call", "id"),
)
_TONES: dict[str, Tone] = {"mask": "good", "block": "bad", "note": "info"}


async def show(visit: Visit, args: PageArguments) -> None:
    """Build the page."""
    names: dict[str, str] = {}
    chosen = args.query_parameters.get("application", "")
    offered = await visit.ask(offered_applications, chosen)
    page_header("Masking log", "What rules found in calls: how often and where. What it was is never kept.")
    with box("pg-filters"):
        application = application_filter(visit, offered, chosen)

    async def fetch(page: PageRequest) -> Page[MaskingFindView]:
        found, of_these = await visit.ask(_found, page, application.value or None)
        names.update(of_these)
        return found

    with card(flush=True):
        listing = Listing(
            _COLUMNS,
            label="Masking log",
            noun="find",
            fetch=fetch,
            row=lambda find: _row(find, names),
            narrowed=lambda: bool(application.value),
            when_empty=lambda: empty(
                "search", "Nothing was found", "Finds of the masking rules of policies appear here."
            ),
            dense=True,
        )
    await listing.load()
    application.on_value_change(listing.load)


def _found(
    actor: Actor, work: Work, page: PageRequest, application_id: str | None
) -> tuple[Page[MaskingFindView], dict[str, str]]:
    found = list_masking_finds(actor, work, page, application_id)
    return found, application_names(actor, work, {find.application_id for find in found.items})


def _row(find: MaskingFindView, names: Mapping[str, str]) -> Row:
    return {
        "id": str(find.id),
        "at": find.started_at.isoformat(),
        "rule": find.rule,
        "action": tag({"mask": "Masked", "block": "Blocked", "note": "Noted"}[find.action], _TONES[find.action]),
        "place": find.place,
        "finds": str(find.finds),
        "application": names.get(find.application_id, find.application_id),
        "model": find.model,
        "call": find.request_id,
    }
