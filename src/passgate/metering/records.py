"""Spool lines as values, validated as they are read."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from msgspec import MsgspecError
from msgspec.json import Decoder

from passgate.contracts.call_record import FACTS, KEPT_ROUTE, AccessLine, CallRecord
from passgate.contracts.usage_record import UsageRecord
from passgate.metering.spool import Line, Source

_OBJECT = re.compile(rb'\{"')
_TORN_ENDS = 16
"""How many places of a torn line are tried as the start of a whole one."""
_MOST_ROUTES = 10_000
_UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)
_FAILED = (MsgspecError, ValueError, OverflowError)
_BLANKS = len(FACTS) - 1
_NONE = "-"
_HIT = "h"
_Places = tuple[str | None, str | None, str | None, str | None, bool]
_NOWHERE: _Places = (None, None, None, None, False)


class CallLine(CallRecord, gc=False):
    """A call record, its start as a moment, and what the name of its route says."""

    started_at: datetime = _UNKNOWN
    version_id: str | None = None
    revision_id: str | None = None
    route_id: str | None = None
    """Of the service's route, whose name tells all three behind its kind, parted by ``|``."""
    cached: bool = False
    """The answer was one that a worker had kept."""


class UsageLine(UsageRecord, gc=False):
    """A usage record, and its start as a moment."""

    started_at: datetime = _UNKNOWN


SpoolLine = CallLine | UsageLine


class ReadLine(NamedTuple):
    """A line's values, or None where it is malformed, and the offset behind it."""

    content: SpoolLine | None
    end: int


@dataclass(slots=True)
class LineReader:
    """Reads lines; remembers what the names of routes say."""

    calls: Decoder[AccessLine] = field(default_factory=lambda: Decoder(AccessLine))
    usages: Decoder[UsageLine] = field(default_factory=lambda: Decoder(UsageLine))
    routes: dict[str, _Places] = field(default_factory=dict)

    def read(self, source: Source, lines: Sequence[Line]) -> list[ReadLine]:
        """The values of some lines of one file."""
        read = self._call if source == "access" else self._usage
        try:
            return [ReadLine(read(text), end) for text, end in lines]
        except _FAILED:
            return [ReadLine(_salvaged(text, read), end) for text, end in lines]

    def _call(self, text: bytes) -> CallLine:
        line = self.calls.decode(text)
        request_id, start, status, flags, duration, upstream, received, sent, attempts, *others = line.facts.split(
            " ", _BLANKS
        )
        service_id, jti, application_id, client_ip, details = others
        if request_id == _NONE:
            raise ValueError("a call without an id")
        mark = _NONE
        if details[1:2] == "/":
            mark, details = details[0], details[2:]
        places = _NOWHERE if line.route is None else self.routes.get(line.route) or self._places(line.route)
        return CallLine(
            request_id,
            start,
            int(status),
            _told(flags),
            int(duration),
            _count(upstream),
            int(received),
            int(sent),
            _count(attempts),
            _told(service_id),
            _told(jti),
            _told(application_id),
            _told(client_ip),
            _told(details),
            line.method,
            line.path,
            places[0],
            line.subject,
            line.user_agent,
            line.issuer,
            line.foreign_client,
            line.foreign_subject,
            line.foreign_jti,
            _moment(start),
            *places[1:4],
            places[4] and mark == _HIT,
        )

    def _usage(self, text: bytes) -> UsageLine:
        usage = self.usages.decode(text)
        usage.started_at = _moment(usage.start)
        return usage

    def _places(self, route: str) -> _Places:
        kind, version, revision, own = (*route.split("|", 3), "", "", "")[:4]
        if len(self.routes) > _MOST_ROUTES:
            self.routes.clear()
        keeps = kind == KEPT_ROUTE
        self.routes[route] = ("rest" if keeps else kind, version or None, revision or None, own or None, keeps)
        return self.routes[route]


def _told(text: str) -> str | None:
    return None if text == _NONE else text


def _count(text: str) -> int | None:
    return None if text == _NONE else int(text)


def _salvaged(text: bytes, read: Callable[[bytes], SpoolLine]) -> SpoolLine | None:
    try:
        return read(text)
    except _FAILED:
        pass
    # A writer that died within a line leaves its beginning, and the next one writes a whole line behind it.
    starts = [match.start() for match in _OBJECT.finditer(text, 1)][-_TORN_ENDS:]
    candidates = [text.decode("utf-8", "replace").encode(), *(text[at:] for at in starts)]
    for candidate in candidates:
        try:
            return read(candidate)
        except _FAILED:
            continue
    return None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is UTC:
        return moment
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
