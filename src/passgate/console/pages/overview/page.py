"""The overview: the steps to the first call, then how the gate is doing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from nicegui.page_arguments import PageArguments

from passgate.console.components.card import card
from passgate.console.components.chart import AMBER, BRAND, GREEN, RED, Series, area_chart, bar_chart
from passgate.console.components.empty import empty
from passgate.console.components.page_header import page_header
from passgate.console.components.ranking import Leader, ranking
from passgate.console.components.segmented import segmented
from passgate.console.components.stat import stat
from passgate.console.components.text import box, muted
from passgate.console.edge import MOUNT_PATH
from passgate.console.formatting import compact, counted, grouped, milliseconds, percentage
from passgate.console.pages.overview.progress import Step, checklist, steps
from passgate.console.visit import Visit
from passgate.kernel.actor import Actor
from passgate.kernel.money import format_dollars, to_dollars
from passgate.kernel.permissions import Permission
from passgate.metering.schemas import Point, Ranked, Summary
from passgate.metering.service.summary import summary
from passgate.storage.work import Work


@dataclass(frozen=True, slots=True)
class _Range:
    text: str
    length: timedelta
    bucket: Literal["hour", "day"]
    label: str
    """How a bucket's start reads, as for strftime."""


_RANGES = {
    "24h": _Range("24 hours", timedelta(hours=24), "hour", "%H:00"),
    "7d": _Range("7 days", timedelta(days=7), "hour", "%d %b, %H:00"),
    "30d": _Range("30 days", timedelta(days=30), "day", "%d %b"),
}
_FIRST = "24h"


@dataclass(frozen=True, slots=True)
class _Found:
    steps: Sequence[Step]
    summary: Summary | None


async def show(visit: Visit, args: PageArguments) -> None:
    """Build the page."""
    key = args.query_parameters.get("range", _FIRST)
    key = key if key in _RANGES else _FIRST
    found = await visit.ask(_find, _RANGES[key])
    with page_header("Overview", "What comes through the gate, what it costs, and who calls."):
        choices = {name: one.text for name, one in _RANGES.items()}
        segmented("Stretch of time", choices, key, lambda chosen: visit.go(f"/?range={chosen}"))
    checklist(found.steps)
    if found.summary is None:
        return
    _figures(found.summary)
    if found.summary.totals.calls:
        _charts(found.summary, _RANGES[key])
        _leaders(found.summary)
        return
    with box("pg-card"):
        empty("call", "No calls in this stretch of time", "Charts of calls, tokens and cost appear with the first one.")


def _find(actor: Actor, work: Work, wanted: _Range) -> _Found:
    if actor.teams_with(Permission.CALL_READ) == frozenset():
        return _Found((), None)
    now = work.clock.now()
    return _Found(steps(actor, work), summary(actor, work, now - wanted.length, now, wanted.bucket))


def _figures(found: Summary) -> None:
    total, series = found.totals, found.series
    with box("pg-grid-4"):
        stat(
            "Calls",
            compact(total.calls),
            f"{milliseconds(total.average_latency_ms)} on average" if total.calls else "none yet",
            [point.calls for point in series],
        )
        stat(
            "Errors",
            percentage(total.errors, total.calls),
            counted(total.errors, "call"),
            [point.errors for point in series],
            RED,
        )
        stat(
            "Tokens",
            compact(total.tokens_in + total.tokens_out),
            f"{compact(total.tokens_in)} in, {compact(total.tokens_out)} out",
            [point.tokens_in + point.tokens_out for point in series],
            GREEN,
        )
        stat(
            "Cost",
            format_dollars(total.cost_micro_dollars),
            "at the models' prices",
            [_dollars(point) for point in series],
            AMBER,
        )


def _charts(found: Summary, wanted: _Range) -> None:
    labels = [point.start.strftime(wanted.label) for point in found.series]
    with box("pg-grid-2"):
        with card("Calls", "Times in UTC"):
            good = Series("Answered", [point.calls - point.errors for point in found.series], BRAND)
            bad = Series("Errors", [point.errors for point in found.series], RED)
            bar_chart(labels, [good, bad], label="Calls over time, answered and errors")
        with card("Cost", "US dollars"):
            cost = Series("Cost", [_dollars(point) for point in found.series], AMBER)
            area_chart(labels, [cost], label="Cost over time", unit="$")
    with card("Tokens"):
        tokens_in = Series("In", [point.tokens_in for point in found.series], BRAND)
        tokens_out = Series("Out", [point.tokens_out for point in found.series], GREEN)
        area_chart(labels, [tokens_in, tokens_out], label="Tokens over time, in and out")


def _leaders(found: Summary) -> None:
    with box("pg-grid-3"):
        with card("Top applications"):
            _ranked(found.top_applications, f"{MOUNT_PATH}/applications/")
        with card("Top models"):
            _ranked(found.top_models, None)
        with card("Top services"):
            _ranked(found.top_services, f"{MOUNT_PATH}/services/")


def _ranked(rows: Sequence[Ranked], base: str | None) -> None:
    if not rows:
        muted("No calls in this stretch of time.")
        return
    ranking([Leader(row.name, row.calls, _say(row), base + row.id if base else None) for row in rows[:6]])


def _say(row: Ranked) -> str:
    calls = grouped(row.calls)
    return f"{calls} · {format_dollars(row.cost_micro_dollars)}" if row.cost_micro_dollars else calls


def _dollars(point: Point) -> float:
    """Dollars for a chart's axis; nothing is reckoned with them."""
    return float(to_dollars(point.cost_micro_dollars))
