"""Writing the calls that the spool tells of, each batch within the caller's transaction."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table

from passgate.metering.models import Call, CallHour, Usage
from passgate.metering.owners import Owners
from passgate.metering.pacing import Pacing
from passgate.metering.reasons import is_error, reason_of_call, reason_of_usage
from passgate.metering.records import CallLine, UsageLine
from passgate.metering.repository.rounded_moments import RoundedMoments
from passgate.metering.repository.statements import (
    DuplicateRowsError,
    MomentWriter,
    Row,
    Values,
    insert_all,
    insert_or_add,
    moment_writer,
    not_kept,
    rows_with,
)

_CALLS: Table = Call.__table__  # type: ignore[assignment]  # declared wider than the Table that it is
_USAGES: Table = Usage.__table__  # type: ignore[assignment]  # as above
_CALL_HOURS: Table = CallHour.__table__  # type: ignore[assignment]  # as above

_AI_ROUTE = "ai"
CALL_ROUTES = frozenset({_AI_ROUTE, "rest"})
"""The routes in the gate, by name, whose traffic counts as calls."""
_COLUMNS = (
    "node",
    "request_id",
    "started_at",
    "kind",
    "method",
    "path",
    "status",
    "code",
    "duration_ms",
    "upstream_ms",
    "bytes_in",
    "bytes_out",
    "attempts",
    "team_id",
    "application_id",
    "service_id",
    "model",
    "jti",
    "subject",
    "client_ip",
    "user_agent",
    "version_id",
    "revision_id",
    "route_id",
    "cached",
)
_Told = tuple[str | None, str | None]
"""What the usage of a call says: its model, and why it did not go well."""
UsageOf = Callable[[str], UsageLine | None]
"""By request id."""


@dataclass(frozen=True, slots=True)
class CallIntake:
    """What a node knows while it writes its calls."""

    node: str
    """Whose calls these are."""
    owners: Owners
    """Have learnt of the calls' applications and services."""
    pacing: Pacing
    usage_of: UsageOf
    """Gives the usage of a request id where it is at hand; the others are looked up."""


def insert_calls(connection: Connection, intake: CallIntake, calls: Sequence[CallLine]) -> Sequence[CallLine]:
    """Insert calls that are not there yet and add them to the hourly sums; returns those that were inserted.

    A call takes over the model and the reason of its usage where that has arrived before it.

    Args:
        connection: of the caller's transaction.
        intake: what is known.
        calls: any, in any order.
    """
    node, owners, pacing = intake.node, intake.owners, intake.pacing
    told = _told_by_usage(connection, [call.request_id for call in calls if call.route == _AI_ROUTE], intake.usage_of)
    pacing.pause()
    write = moment_writer(connection)

    def rows() -> Iterator[list[Values]]:
        return (_rows(write, node, owners, piece, told) for piece in pacing.pieces(calls))

    try:
        insert_all(connection, _CALLS, _COLUMNS, rows())
    except DuplicateRowsError:
        calls = not_kept(connection, _CALLS, calls)
        insert_all(connection, _CALLS, _COLUMNS, rows())
    if calls:
        pacing.pause()
        insert_or_add(connection, _CALL_HOURS, _sums(owners, calls))
    return calls


def _told_by_usage(connection: Connection, request_ids: Sequence[str], usage_of: UsageOf) -> Mapping[str, _Told]:
    told: dict[str, _Told] = {}
    others = []
    for request_id in request_ids:
        usage = usage_of(request_id)
        if usage is None:
            others.append(request_id)
        else:
            told[request_id] = (usage.model, reason_of_usage(usage.outcome, usage.error_code))
    rows = rows_with(connection, _USAGES, "request_id, model, outcome, error_code", "request_id", others)
    for request_id, model, outcome, code in rows:
        told[request_id] = (model, reason_of_usage(outcome, code))
    return told


def _rows(
    write: MomentWriter, node: str, owners: Owners, calls: Sequence[CallLine], told: Mapping[str, _Told]
) -> list[Values]:
    return [
        (
            node,
            call.request_id,
            write(call.start, call.started_at),
            call.route,
            call.method,
            call.path,
            call.status,
            (told and told.get(call.request_id, _SILENT)[1]) or reason_of_call(call.status, call.details, call.flags),
            call.duration_ms,
            call.upstream_ms,
            call.bytes_in,
            call.bytes_out,
            call.attempts,
            owners.team_of(call),
            call.application_id,
            call.service_id,
            told.get(call.request_id, _SILENT)[0] if told else None,
            call.jti,
            call.subject,
            call.client_ip,
            call.user_agent,
            call.version_id,
            call.revision_id,
            call.route_id,
            call.cached,
        )
        for call in calls
    ]


_SILENT: _Told = (None, None)


def _sums(owners: Owners, calls: Sequence[CallLine]) -> list[Row]:
    sums: dict[tuple[Any, ...], list[int]] = {}
    teams: dict[tuple[Any, ...], str] = {}
    rounded = RoundedMoments()
    for call in calls:
        hour = rounded.hour(call.start, call.started_at)
        key = (hour, call.application_id, call.route, call.service_id)
        found = sums.get(key)
        if found is None:
            found = sums[key] = [0, 0, 0]
            teams[key] = owners.team_of(call) or ""
        found[0] += 1
        found[1] += is_error(call.status)
        found[2] += call.duration_ms
    names = ("hour", "team_id", "application_id", "kind", "service_id", "calls", "errors", "latency_ms")
    return [
        dict(zip(names, (key[0], teams[key], key[1] or "", key[2], key[3] or "", *added), strict=True))
        for key, added in sums.items()
    ]
