"""Calls as rows of a table."""

from passgate.console.components.badge import Tone
from passgate.console.components.table import Column, Row, tag
from passgate.console.formatting import compact, milliseconds
from passgate.kernel.money import format_dollars
from passgate.metering.schemas import CallView

COLUMNS = (
    Column("time", "Time", "clock"),
    Column("status", "Status", "badges"),
    Column("target", "Model or service"),
    Column("application", "Application"),
    Column("request", "Request", "code"),
    Column("latency", "Latency", "number"),
    Column("tokens", "Tokens in / out", "number"),
    Column("cost", "Cost", "number"),
)


def call_row(call: CallView, *, fresh: bool = False) -> Row:
    """A call's row; a fresh one is lit for a moment."""
    usage = call.usage
    return {
        "id": str(call.id),
        "fresh": fresh,
        "time": call.started_at.isoformat(),
        "status": [status_tag(call), *([tag("cache", title="The cache answered.")] if call.cached else [])],
        "target": call.model or call.service_name or call.service_id,
        "application": call.application_name or call.application_id,
        "request": f"{call.method or ''} {call.path or ''}".strip(),
        "latency": milliseconds(call.duration_ms),
        "tokens": f"{compact(usage.tokens_in)} / {compact(usage.tokens_out)}" if usage else None,
        "cost": format_dollars(usage.cost_micro_dollars) if usage else None,
    }


def status_tag(call: CallView) -> dict[str, object]:
    """A call's status, with the reason where it did not go well."""
    if call.status == 0:
        return tag("left", "warn", title="The client left before an answer.")
    text = f"{call.status} {call.code}" if call.code else str(call.status)
    return tag(text, _tone(call.status))


def _tone(status: int) -> Tone:
    limits: tuple[tuple[int, Tone], ...] = ((300, "good"), (400, "info"), (500, "warn"))
    return next((tone for limit, tone in limits if status < limit), "bad")
