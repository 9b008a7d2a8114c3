"""Limits and budgets, and how full they are."""

from collections.abc import Mapping
from dataclasses import dataclass

from nicegui.page_arguments import PageArguments

from passgate.console.components.badge import Tone
from passgate.console.components.button import button
from passgate.console.components.card import card
from passgate.console.components.empty import empty
from passgate.console.components.listing import Listing
from passgate.console.components.page_header import page_header
from passgate.console.components.table import Column, Row, bar
from passgate.console.pages.limits.edit import ask_for_limit, open_limit
from passgate.console.pages.limits.targets import limit_targets
from passgate.console.pages.limits.wording import amount_of, held_by, measure_of
from passgate.console.visit import Visit
from passgate.kernel.actor import Actor
from passgate.kernel.money import format_dollars
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.metering.budgets.fill import Fill, fill_of
from passgate.publishing.limits.service import list_limits
from passgate.storage.work import Work

_COLUMNS = (
    Column("name", "Limit", "main"),
    Column("on", "On"),
    Column("what", "What"),
    Column("amount", "Amount", "number"),
    Column("fill", "Used now", "bar"),
    Column("resets", "Resets", "relative"),
)
_WARN, _FULL = 0.8, 1.0


@dataclass(frozen=True, slots=True)
class _Found:
    targets: Mapping[str, str]
    may_write: bool


async def show(visit: Visit, _args: PageArguments) -> None:
    """Build the page."""
    found = await visit.ask(_find)
    by_id: dict[str, Fill] = {}
    lead = "What AI calls may use: calls, tokens and money, by whom and of what. A limit holds within a second."
    with page_header("Limits & budgets", lead):
        if found.may_write:
            button("New limit", lambda: ask_for_limit(visit, found.targets), kind="primary", icon="plus")

    async def fetch(page: PageRequest) -> Page[Fill]:
        fills = await visit.ask(_fills, page)
        by_id.update((fill.limit.id, fill) for fill in fills.items)
        return fills

    with card(flush=True):
        listing = Listing(
            _COLUMNS,
            label="Limits",
            noun="limit",
            fetch=fetch,
            row=_row,
            when_empty=lambda: empty(
                "gauge", "No limits yet", "Give a team a budget a month, or an application so many calls a minute."
            ),
            on_open=lambda limit_id: open_limit(visit, by_id[limit_id], may_write=found.may_write),
        )
    await listing.load()


def _find(actor: Actor, work: Work) -> _Found:
    may_write = actor.teams_with(Permission.LIMIT_WRITE) != frozenset()
    return _Found(limit_targets(actor, work) if may_write else {}, may_write)


def _fills(actor: Actor, work: Work, page: PageRequest) -> Page[Fill]:
    found = list_limits(actor, work, page)
    return Page(fill_of(work, found.items), found.next_cursor)


def _row(fill: Fill) -> Row:
    limit = fill.limit
    row: dict[str, object] = {
        "id": limit.id,
        "name": limit.name,
        "on": held_by(limit),
        "what": measure_of(limit.measure, limit.window),
        "amount": amount_of(limit.measure, limit.amount),
        "resets": fill.resets_at.isoformat() if fill.resets_at and limit.measure == "money" else None,
    }
    if fill.spent_micro_dollars is not None:
        share = fill.spent_micro_dollars / limit.amount if limit.amount else 1.0
        tone: Tone = "bad" if share >= _FULL else "warn" if share >= _WARN else "good"
        row["fill"] = bar(format_dollars(fill.spent_micro_dollars), share, tone)
    return row
