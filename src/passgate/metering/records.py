"""Spool lines as rows of the tables."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from passgate.contracts.call_record import CallRecord
from passgate.contracts.usage_record import UsageRecord
from passgate.metering.reasons import reason_of_call
from passgate.metering.spool import Line, Source

Row = dict[str, Any]
"""Column to value."""

_AI_ROUTE = "ai"
"""The route's name of AI calls in the gate."""
_OBJECT = re.compile(rb'\{"')
_TORN_ENDS = 16
"""How many places of a torn line are tried as the start of a whole one."""


@dataclass(frozen=True, slots=True)
class SpoolRow:
    """A row, or None where the line is malformed, and the offset behind its line."""

    row: Row | None
    end: int


def spool_rows(source: Source, node: str, lines: Sequence[Line]) -> list[SpoolRow]:
    """The rows of some lines."""
    read = _call_row if source == "access" else _usage_row
    return [SpoolRow(_salvaged(line.text, node, read), line.end) for line in lines]


def _salvaged(text: bytes, node: str, read: Callable[[bytes, str], Row]) -> Row | None:
    try:
        return read(text, node)
    except (ValidationError, ValueError, OverflowError):
        pass
    # A writer that died within a line leaves its beginning, and the next one writes a whole line behind it.
    starts = [match.start() for match in _OBJECT.finditer(text, 1)][-_TORN_ENDS:]
    candidates = [text.decode("utf-8", "replace").encode(), *(text[at:] for at in starts)]
    for candidate in candidates:
        try:
            return read(candidate, node)
        except (ValidationError, ValueError, OverflowError):
            continue
    return None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _call_row(text: bytes, node: str) -> Row:
    record = CallRecord.model_validate_json(text)
    return {
        "node": node,
        "stream_id": record.stream_id,
        "request_id": record.request_id,
        "started_at": _moment(record.start),
        "kind": "ai" if record.route == _AI_ROUTE else "rest",
        "method": record.method,
        "path": record.path,
        "status": record.status,
        "code": reason_of_call(record.status, record.details, record.flags),
        "duration_ms": record.duration_ms,
        "upstream_ms": record.upstream_ms,
        "bytes_in": record.bytes_in,
        "bytes_out": record.bytes_out,
        "attempts": record.attempts,
        "team_id": None,
        "application_id": record.application_id,
        "service_id": record.service_id,
        "model": None,
        "jti": record.jti,
        "subject": record.subject,
        "client_ip": record.client_ip,
        "user_agent": record.user_agent,
    }


def _usage_row(text: bytes, node: str) -> Row:
    record = UsageRecord.model_validate_json(text)
    usage = record.usage
    return {
        "request_id": record.request_id,
        "node": node,
        "started_at": _moment(record.start),
        "application_id": record.application_id,
        "team_id": record.team_id,
        "jti": record.jti,
        "subject": record.subject,
        "format_in": record.format_in,
        "model": record.model,
        "provider_id": record.provider_id,
        "vendor": record.vendor,
        "vendor_model": record.vendor_model,
        "deployment_id": record.deployment_id,
        "stream": record.stream,
        "status": record.status,
        "outcome": record.outcome,
        "error_code": record.error_code,
        "tokens_in": usage.input,
        "tokens_out": usage.output,
        "cached_tokens_in": usage.cached_input,
        "cache_write_tokens": usage.cache_write,
        "reasoning_tokens": usage.reasoning,
        "audio_tokens_in": usage.input_audio,
        "audio_tokens_out": usage.output_audio,
        "usage_source": record.usage_source,
        "cost": record.cost_micro_dollars,
        "price_version": record.price_version,
        "latency_ms": record.latency_ms,
        "first_token_ms": record.first_token_ms,
        "finish_reason": record.finish_reason,
        "dropped": list(record.dropped),
    }
