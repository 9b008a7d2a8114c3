"""One call, in full."""

from passgate.console.components.badge import badge
from passgate.console.components.banner import banner
from passgate.console.components.copyable import identifier
from passgate.console.components.dialog import drawer
from passgate.console.components.facts import Value, facts
from passgate.console.components.moment import Moment
from passgate.console.components.text import Words, box
from passgate.console.formatting import byte_count, grouped, milliseconds
from passgate.console.pages.calls.body import body_part
from passgate.console.pages.calls.ledger import ledger_part
from passgate.console.pages.calls.rows import status_tag
from passgate.console.visit import Visit
from passgate.kernel.money import format_dollars
from passgate.metering.bodies.service import may_read_body
from passgate.metering.ledger.entries import call_ledger
from passgate.metering.reasons import CLIENT_CLOSED
from passgate.metering.schemas import CallView, TriedView, UsageView
from passgate.metering.service.calls import get_call


def _tell_why(title: str, *, left: bool) -> None:
    text = "The client left before the end of the answer." if left else "The rule that decided."
    with banner(title, text, tone="info" if left else "bad"):
        pass


async def open_call(visit: Visit, call_id: int) -> None:
    """Open a call's detail."""
    call = await visit.ask(get_call, call_id)
    ledger = await visit.ask(call_ledger, call_id) if call.usage is not None else None
    has_body = call.usage is not None and await visit.ask(may_read_body, call_id)
    with drawer(call.model or call.service_name or "Call", f"{call.method or ''} {call.path or ''}".strip()):
        if call.code is not None:
            _tell_why(f"{call.status} {call.code}", left=call.code == CLIENT_CLOSED)
        _section("Call", _call_facts(call))
        _section("Caller", _caller_facts(call))
        if call.usage is not None:
            _section("Usage", _usage_facts(call.usage))
            if ledger is not None:
                with box("pg-stack-s"):
                    Words("Ledger", "h3")
                    ledger_part(ledger)
            _section("Route", _route_facts(call, call.usage))
            if has_body:
                body_part(visit, call_id)
        else:
            _section("Route", [*_service_facts(call), ("Node", call.node)])


def _section(title: str, pairs: list[tuple[str, Value]]) -> None:
    with box("pg-stack-s"):
        Words(title, "h3")
        facts([(name, value) for name, value in pairs if value != ""])


def _service_facts(call: CallView) -> list[tuple[str, Value]]:
    version, revision = call.version_id, call.revision_id
    return [
        ("Service", call.service_name or call.service_id or ""),
        ("Version", (lambda: identifier(version)) if version else ""),
        ("Revision", (lambda: identifier(revision)) if revision else ""),
        ("Operation", call.route_id or ""),
    ]


def _call_facts(call: CallView) -> list[tuple[str, Value]]:
    state = status_tag(call)
    return [
        ("Status", lambda: badge(str(state["text"]), state["tone"])),  # type: ignore[arg-type]  # a cell's values are objects
        ("Time", lambda: Moment(call.started_at, "clock")),
        ("Latency", milliseconds(call.duration_ms)),
        ("Upstream", "the cache answered" if call.cached and call.usage is None else milliseconds(call.upstream_ms)),
        ("Size", f"{byte_count(call.bytes_in)} in, {byte_count(call.bytes_out)} out"),
        ("Attempts", str(call.attempts) if call.attempts else ""),
        ("Request id", lambda: identifier(call.request_id)),
    ]


def _caller_facts(call: CallView) -> list[tuple[str, Value]]:
    jti = call.jti
    return [
        ("Application", call.application_name or call.application_id or "unknown"),
        ("Token", (lambda: identifier(jti)) if jti else "none"),
        ("Subject", call.subject or ""),
        ("Address", call.client_ip or ""),
        ("Client", call.user_agent or ""),
    ]


def _usage_facts(usage: UsageView) -> list[tuple[str, Value]]:
    return [
        ("Cost", format_dollars(usage.cost_micro_dollars)),
        ("Tokens in", grouped(usage.tokens_in)),
        ("of them cached", _some(usage.cached_tokens_in)),
        ("written to the cache", _some(usage.cache_write_tokens)),
        ("Tokens out", grouped(usage.tokens_out)),
        ("of them reasoning", _some(usage.reasoning_tokens)),
        ("Pictures", _some(usage.images)),
        ("Counted by", "the cache answered" if usage.cached else _COUNTED_BY.get(usage.usage_source, "nobody")),
        ("First token after", milliseconds(usage.first_token_ms)),
        ("Finish reason", usage.finish_reason or ""),
        ("Dropped fields", ", ".join(usage.dropped)),
    ]


def _route_facts(call: CallView, usage: UsageView) -> list[tuple[str, Value]]:
    return [
        ("Format", usage.format_in + (", streamed" if usage.stream else "")),
        ("Provider", usage.provider_name or usage.provider_id or ""),
        ("Vendor's model", usage.vendor_model or ""),
        ("Key", usage.key or ""),
        ("Chosen", _CHOSEN.get(usage.chosen_by or "", usage.chosen_by or "")),
        ("Fallback model", usage.answered_model or ""),
        *((f"Before: {_tried_name(one)}", _tried_words(one)) for one in usage.tried),
        ("Outcome", usage.outcome),
        ("Error", usage.error_code or ""),
        ("Node", call.node),
    ]


def _tried_name(tried: TriedView) -> str:
    return tried.provider_name or tried.provider_id


def _tried_words(tried: TriedView) -> str:
    """What became of it, such as ``gpt-4o with key spare: 429 vendor_rate_limited after 120 ms``."""
    what = tried.vendor_model + (f" ({tried.model})" if tried.model else "")
    what += f" with key {tried.key}" if tried.key else ""
    words = f"{what}: {tried.status} {tried.code}" if tried.status else f"{what}: {tried.code}"
    return f"{words} after {milliseconds(tried.ms)}" if tried.ms else words


_COUNTED_BY = {"vendor": "the vendor", "estimate": "an estimate"}
_CHOSEN = {
    "only": "the only one",
    "priority": "the first by priority",
    "weighted": "by weight",
    "least-latency": "the fastest",
    "lowest-cost": "the cheapest",
    "least-busy": "the least busy",
    "sticky": "where such calls went before",
    "next": "the next in order",
    "fallback": "a fallback model's",
    "last-resort": "all were left alone; it was due first",
}


def _some(count: int) -> str:
    return grouped(count) if count else ""
