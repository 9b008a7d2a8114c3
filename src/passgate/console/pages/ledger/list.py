"""Corrections of prices: what was charged anew, and why."""

from nicegui.page_arguments import PageArguments

from passgate.console.components.button import button
from passgate.console.components.card import card
from passgate.console.components.empty import empty
from passgate.console.components.listing import Listing
from passgate.console.components.page_header import page_header
from passgate.console.components.table import Column, Row
from passgate.console.pages.ledger.correcting import ask_for_correction, known_models
from passgate.console.visit import Visit, who
from passgate.kernel.money import format_dollars
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.metering.ledger.repricing import list_repricings
from passgate.metering.ledger.schemas import RepricingView

_COLUMNS = (
    Column("reason", "Correction", "main"),
    Column("of", "Of"),
    Column("time", "Calls of"),
    Column("price", "Price", "code"),
    Column("calls", "Changed calls", "number"),
    Column("before", "Before", "number"),
    Column("after", "After", "number"),
    Column("made", "Made", "relative"),
)


async def show(visit: Visit, _args: PageArguments) -> None:
    """Build the page."""
    may_write = (await visit.ask(who)).may(Permission.LEDGER_WRITE)
    models = await visit.ask(known_models) if may_write else {}
    lead = "Where a price was wrong: calls of a time are charged anew. Their old entries stay; all sums follow."
    with page_header("Price corrections", lead):
        if may_write:
            button("Correct prices", lambda: ask_for_correction(visit, models), kind="primary", icon="plus")

    async def fetch(page: PageRequest) -> Page[RepricingView]:
        return await visit.ask(list_repricings, page)

    with card(flush=True):
        listing = Listing(
            _COLUMNS,
            label="Price corrections",
            noun="correction",
            fetch=fetch,
            row=_row,
            when_empty=lambda: empty(
                "book", "No corrections", "Every call still costs what it was first charged, by the price of its day."
            ),
        )
    await listing.load()


def _row(made: RepricingView) -> Row:
    return {
        "id": made.id,
        "reason": made.reason,
        "of": ", ".join(part for part in (made.model, made.vendor_model) if part) or made.provider_id,
        "time": f"{made.since:%Y-%m-%d} to {made.until:%Y-%m-%d}",
        "price": made.price or "as set now",
        "calls": f"{made.calls:,}",
        "before": format_dollars(made.cost_before_micro_dollars),
        "after": format_dollars(made.cost_after_micro_dollars),
        "made": made.created_at.isoformat(),
    }
