"""Spool lines as values, validated.

Hundreds of thousands of lines have the same few shapes. A line is validated whole, by its contract, when its shape (the
types of its values, in order) is new; lines of a known shape only have their shape looked up.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, NamedTuple

import orjson
from pydantic import ValidationError

from passgate.contracts.call_record import CallRecord
from passgate.contracts.usage_record import MaskingHit, TokenUsage, TriedDeployment, UsageRecord
from passgate.metering.spool import Line, Source

_OBJECT = re.compile(rb'\{"')
_TORN_ENDS = 16
"""How many places of a torn line are tried as the start of a whole one."""
_MOST_SHAPES = 1_000


class CallLine(NamedTuple):
    """The values of a :class:`~passgate.contracts.call_record.CallRecord`, in its order, and its start as a moment."""

    request_id: str
    start: str
    method: str | None
    path: str | None
    status: int
    details: str | None
    flags: str | None
    duration_ms: int
    upstream_ms: int | None
    bytes_in: int
    bytes_out: int
    attempts: int | None
    route: str | None
    service_id: str | None
    jti: str | None
    subject: str | None
    application_id: str | None
    user_agent: str | None
    client_ip: str | None
    issuer: str | None
    foreign_client: str | None
    foreign_subject: str | None
    foreign_jti: str | None
    started_at: datetime
    version_id: str | None = None
    revision_id: str | None = None
    route_id: str | None = None
    """Of the service's route, whose name tells all three behind its kind, parted by ``|``."""


class UsageLine(NamedTuple):
    """The values of a :class:`~passgate.contracts.usage_record.UsageRecord`, in its order, then those of its tokens."""

    request_id: str
    start: str
    application_id: str
    team_id: str
    jti: str
    subject: str
    format_in: str
    model: str
    provider_id: str | None
    vendor: str | None
    vendor_model: str | None
    deployment_id: str | None
    stream: bool
    status: int
    outcome: str
    error_code: str | None
    usage_source: str
    cost_micro_dollars: int
    price_version: str | None
    latency_ms: int
    first_token_ms: int | None
    finish_reason: str | None
    dropped: Sequence[str]
    cached: bool
    masked: Sequence[MaskingHit]
    unit_prices: str | None
    chosen_by: str | None
    answered_model: str | None
    key: str | None
    tried: Sequence[TriedDeployment]
    service_id: str | None
    input: int
    output: int
    cached_input: int
    cache_write: int
    reasoning: int
    input_audio: int
    output_audio: int
    cache_write_long: int
    images: int
    started_at: datetime


_CALL_NAMES = tuple(CallRecord.model_fields)
_TOKEN_NAMES = tuple(one.name for one in fields(TokenUsage))
_USAGE_NAMES = tuple(name for name in UsageRecord.model_fields if name != "usage")
_ROUTE = _CALL_NAMES.index("route")
_START_OF_CALL = _CALL_NAMES.index("start")
_START_OF_USAGE = _USAGE_NAMES.index("start")
_OUTCOME = _USAGE_NAMES.index("outcome")
_SOURCE = _USAGE_NAMES.index("usage_source")
_DROPPED = _USAGE_NAMES.index("dropped")
_MASKED = _USAGE_NAMES.index("masked")
_TRIED = _USAGE_NAMES.index("tried")

_SINCE = {"issuer": None, "foreign_client": None, "foreign_subject": None, "foreign_jti": None}
"""What lines of an Envoy that was started before do not say."""
_call_values: Callable[[Any], tuple[Any, ...]] = itemgetter(*_CALL_NAMES)
_usage_values: Callable[[Any], tuple[Any, ...]] = itemgetter(*_USAGE_NAMES)
_token_values: Callable[[Any], tuple[Any, ...]] = itemgetter(*_TOKEN_NAMES)


SpoolLine = CallLine | UsageLine


class ReadLine(NamedTuple):
    """A line's values, or None where it is malformed, and the offset behind it."""

    content: SpoolLine | None
    end: int


@dataclass(slots=True)
class LineReader:
    """Reads lines and remembers the shapes that held."""

    shapes: set[tuple[object, ...]] = field(default_factory=set)

    def read(self, source: Source, lines: Sequence[Line]) -> list[ReadLine]:
        """The values of some lines of one file."""
        read = self._call if source == "access" else self._usage
        return [ReadLine(_salvaged(text, read), end) for text, end in lines]

    def _call(self, text: bytes) -> CallLine:
        try:
            values = _call_values({**_SINCE, **orjson.loads(text)})
        except (KeyError, TypeError):
            values = ()
        shape = tuple(map(type, values))
        if shape not in self.shapes:
            held = _call_values(CallRecord.model_validate_json(text).__dict__)
            self._remember(shape, values, held)
            values = held
        moment = _moment(values[_START_OF_CALL])
        route = values[_ROUTE]
        if route is None or "|" not in route:
            return CallLine._make((*values, moment, None, None, None))
        kind, version, revision, own = (*route.split("|", 3), "", "", "")[:4]
        ids = (version or None, revision or None, own or None)
        return CallLine._make((*values[:_ROUTE], kind, *values[_ROUTE + 1 :], moment, *ids))

    def _usage(self, text: bytes) -> UsageLine:
        try:
            found = orjson.loads(text)
            values = (*_usage_values(found), *_token_values(found["usage"]))
        except (KeyError, TypeError):
            values = ()
        # What a type does not tell: the words of a choice, and what a list holds.
        shape = (*map(type, values), *values[_OUTCOME : _OUTCOME + 1], *values[_SOURCE : _SOURCE + 1])
        if shape not in self.shapes or values[_DROPPED] or values[_MASKED] or values[_TRIED]:
            record = UsageRecord.model_validate_json(text)
            held = (*_usage_values(record.__dict__), *_token_values(record.usage.__dict__))
            self._remember(shape, values, held)
            values = held
        return UsageLine._make((*values, _moment(values[_START_OF_USAGE])))

    def _remember(self, shape: tuple[object, ...], values: tuple[object, ...], held: tuple[object, ...]) -> None:
        """Trust this shape from now on, unless the contract read the values otherwise than they stand there."""
        as_given = all(one == other or (one == [] and other == ()) for one, other in zip(values, held, strict=False))
        if len(values) == len(held) and as_given and len(self.shapes) < _MOST_SHAPES:
            self.shapes.add(shape)


def _salvaged(text: bytes, read: Callable[[bytes], SpoolLine]) -> SpoolLine | None:
    try:
        return read(text)
    except (ValidationError, ValueError, OverflowError):
        pass
    # A writer that died within a line leaves its beginning, and the next one writes a whole line behind it.
    starts = [match.start() for match in _OBJECT.finditer(text, 1)][-_TORN_ENDS:]
    candidates = [text.decode("utf-8", "replace").encode(), *(text[at:] for at in starts)]
    for candidate in candidates:
        try:
            return read(candidate)
        except (ValidationError, ValueError, OverflowError):
            continue
    return None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
