"""Writing what the spool tells, each batch within the caller's transaction."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, bindparam, or_, select, update

from passgate.identity.models import Token
from passgate.metering.models import Call, CallHour, Usage, UsageHour
from passgate.metering.reasons import is_error, reason_of_usage
from passgate.metering.records import Row
from passgate.metering.repository.statements import insert_new, insert_or_add

_CALLS: Table = Call.__table__  # type: ignore[assignment]  # declared wider than the Table that it is
_USAGES: Table = Usage.__table__  # type: ignore[assignment]  # as above
_CALL_HOURS: Table = CallHour.__table__  # type: ignore[assignment]  # as above
_USAGE_HOURS: Table = UsageHour.__table__  # type: ignore[assignment]  # as above
_TOKENS: Table = Token.__table__  # type: ignore[assignment]  # as above

LAST_USE_EXACT_TO = timedelta(minutes=1)


def insert_calls(connection: Connection, rows: Sequence[Row]) -> list[Row]:
    """Insert calls that are not there yet and add them to the hourly sums; returns those that were inserted.

    A call takes over the model and the reason of its usage where that has arrived before it.
    """
    requests = [row["request_id"] for row in rows if row["kind"] == "ai"]
    if requests:
        query = select(_USAGES.c.request_id, _USAGES.c.model, _USAGES.c.outcome, _USAGES.c.error_code)
        told = {row.request_id: row for row in connection.execute(query.where(_USAGES.c.request_id.in_(requests)))}
        for row in rows:
            usage = told.get(row["request_id"])
            if usage is not None:
                row["model"] = usage.model
                row["code"] = reason_of_usage(usage.outcome, usage.error_code) or row["code"]
    left = insert_new(connection, _CALLS, rows, _CALLS.c.stream_id)
    inserted = _each_once(rows, "stream_id", left)
    if inserted:
        insert_or_add(connection, _CALL_HOURS, _call_sums(inserted))
    return inserted


def insert_usages(connection: Connection, rows: Sequence[Row]) -> list[Row]:
    """Insert usage that is not there yet, add it to the hourly sums and tell the calls that came before it."""
    inserted = _each_once(rows, "request_id", insert_new(connection, _USAGES, rows, _USAGES.c.request_id))
    if not inserted:
        return inserted
    insert_or_add(connection, _USAGE_HOURS, _usage_sums(inserted))
    usages = {row["request_id"]: row for row in inserted}
    query = select(_CALLS.c.id, _CALLS.c.request_id, _CALLS.c.code).where(_CALLS.c.request_id.in_(usages))
    changes = [
        {
            "call_id": call.id,
            "new_model": usages[call.request_id]["model"],
            "new_code": _usage_reason(usages[call.request_id]) or call.code,
        }
        for call in connection.execute(query)
    ]
    if changes:
        statement = update(_CALLS).where(_CALLS.c.id == bindparam("call_id"))
        connection.execute(statement.values(model=bindparam("new_model"), code=bindparam("new_code")), changes)
    return inserted


def touch_tokens(connection: Connection, uses: Mapping[str, datetime]) -> None:
    """Note the last use of tokens, unless a use of less than a minute before is noted already."""
    statement = (
        update(_TOKENS)
        .where(
            _TOKENS.c.jti == bindparam("used_jti"),
            or_(_TOKENS.c.last_used_at.is_(None), _TOKENS.c.last_used_at <= bindparam("stale")),
        )
        .values(last_used_at=bindparam("used_at"))
    )
    parameters = [
        {"used_jti": jti, "used_at": moment, "stale": moment - LAST_USE_EXACT_TO}
        for jti, moment in sorted(uses.items())
    ]
    if parameters:
        connection.execute(statement, parameters)


def _usage_reason(row: Row) -> str | None:
    return reason_of_usage(row["outcome"], row["error_code"])


def _each_once(rows: Sequence[Row], key: str, wanted: Collection[Any]) -> list[Row]:
    """The rows with a wanted key; of several with the same one, the first, as the database took it."""
    first: dict[Any, Row] = {}
    for row in rows:
        first.setdefault(row[key], row)
    return [row for value, row in first.items() if value in wanted]


def _call_sums(rows: Sequence[Row]) -> list[Row]:
    sums: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        hour = row["started_at"].replace(minute=0, second=0, microsecond=0)
        key = (hour, row["team_id"] or "", row["application_id"] or "", row["kind"], row["service_id"] or "")
        found = sums.get(key)
        if found is None:
            names = ("hour", "team_id", "application_id", "kind", "service_id")
            found = sums[key] = {**dict(zip(names, key, strict=True)), "calls": 0, "errors": 0, "latency_ms": 0}
        found["calls"] += 1
        found["errors"] += is_error(row["status"])
        found["latency_ms"] += row["duration_ms"]
    return list(sums.values())


def _usage_sums(rows: Sequence[Row]) -> list[Row]:
    added = ("latency_ms", "tokens_in", "tokens_out", "cost")
    sums: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        hour = row["started_at"].replace(minute=0, second=0, microsecond=0)
        key = (hour, row["team_id"], row["application_id"], row["model"], row["provider_id"] or "")
        found = sums.get(key)
        if found is None:
            names = ("hour", "team_id", "application_id", "model", "provider_id")
            found = sums[key] = {
                **dict(zip(names, key, strict=True)),
                "calls": 0,
                "errors": 0,
                **dict.fromkeys(added, 0),
            }
        found["calls"] += 1
        found["errors"] += is_error(row["status"])
        for name in added:
            found[name] += row[name]
    return list(sums.values())
