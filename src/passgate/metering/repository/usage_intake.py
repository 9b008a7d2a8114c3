"""Writing the usage that the spool tells of, each batch within the caller's transaction."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import orjson
from sqlalchemy import Connection, Table, bindparam, update

from passgate.metering.models import Call, MaskingFind, ServiceUsageDay, SpendDay, Usage, UsageHour
from passgate.metering.pacing import Pacing
from passgate.metering.reasons import is_error, reason_of_usage
from passgate.metering.records import UsageLine
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
_FINDS: Table = MaskingFind.__table__  # type: ignore[assignment]  # as above
_USAGE_HOURS: Table = UsageHour.__table__  # type: ignore[assignment]  # as above

_SPEND_DAYS: Table = SpendDay.__table__  # type: ignore[assignment]  # as above
_SERVICE_DAYS: Table = ServiceUsageDay.__table__  # type: ignore[assignment]  # as above

_COLUMNS = (
    "request_id",
    "node",
    "started_at",
    "application_id",
    "team_id",
    "jti",
    "subject",
    "format_in",
    "model",
    "provider_id",
    "vendor",
    "vendor_model",
    "deployment_id",
    "stream",
    "status",
    "outcome",
    "error_code",
    "tokens_in",
    "tokens_out",
    "cached_tokens_in",
    "cache_write_tokens",
    "reasoning_tokens",
    "audio_tokens_in",
    "audio_tokens_out",
    "usage_source",
    "cost",
    "price_version",
    "latency_ms",
    "first_token_ms",
    "finish_reason",
    "dropped",
    "cached",
    "cache_write_long_tokens",
    "images",
    "unit_prices",
    "chosen_by",
    "answered_model",
    "key",
    "tried",
    "service_id",
)
_FIND_COLUMNS = (
    "request_id",
    "started_at",
    "team_id",
    "application_id",
    "model",
    "rule",
    "action",
    "place",
    "finds",
)


def insert_usages(
    connection: Connection, node: str, usages: Sequence[UsageLine], pacing: Pacing
) -> Sequence[UsageLine]:
    """Insert usage that is not there yet, add it to the hourly sums and tell the calls that came before it."""
    write = moment_writer(connection)

    def rows() -> Iterator[list[Values]]:
        return (_rows(write, node, piece) for piece in pacing.pieces(usages))

    try:
        insert_all(connection, _USAGES, _COLUMNS, rows())
    except DuplicateRowsError:
        usages = not_kept(connection, _USAGES, usages)
        insert_all(connection, _USAGES, _COLUMNS, rows())
    if usages:
        pacing.pause()
        rounded = RoundedMoments()
        insert_or_add(connection, _USAGE_HOURS, _sums(usages, rounded))
        pacing.pause()
        spent = _spent(usages, rounded)
        if spent:
            insert_or_add(connection, _SPEND_DAYS, spent)
        of_services = _of_services(usages, rounded)
        if of_services:
            insert_or_add(connection, _SERVICE_DAYS, of_services)
        pacing.pause()
        _tell_calls(connection, {usage.request_id: usage for usage in usages})
        finds = _finds(connection, usages)
        if finds:
            insert_all(connection, _FINDS, _FIND_COLUMNS, [finds])
    return usages


def _finds(connection: Connection, usages: Sequence[UsageLine]) -> list[Values]:
    write = moment_writer(connection)
    return [
        (
            usage.request_id,
            write(usage.start, usage.started_at),
            usage.team_id,
            usage.application_id,
            usage.model,
            hit.rule,
            hit.action,
            hit.place,
            hit.count,
        )
        for usage in usages
        for hit in usage.masked
    ]


def _tell_calls(connection: Connection, usages: Mapping[str, UsageLine]) -> None:
    earlier = rows_with(connection, _CALLS, "id, request_id, code", "request_id", usages)
    changes = [
        {
            "call_id": call_id,
            "new_model": usages[request_id].model,
            "new_code": reason_of_usage(usages[request_id].outcome, usages[request_id].error_code) or code,
        }
        for call_id, request_id, code in earlier
    ]
    if changes:
        statement = update(_CALLS).where(_CALLS.c.id == bindparam("call_id"))
        connection.execute(statement.values(model=bindparam("new_model"), code=bindparam("new_code")), changes)


def _rows(write: MomentWriter, node: str, usages: Sequence[UsageLine]) -> list[Values]:
    return [
        (
            usage.request_id,
            node,
            write(usage.start, usage.started_at),
            usage.application_id,
            usage.team_id,
            usage.jti,
            usage.subject,
            usage.format_in,
            usage.model,
            usage.provider_id,
            usage.vendor,
            usage.vendor_model,
            usage.deployment_id,
            usage.stream,
            usage.status,
            usage.outcome,
            usage.error_code,
            usage.usage.input,
            usage.usage.output,
            usage.usage.cached_input,
            usage.usage.cache_write,
            usage.usage.reasoning,
            usage.usage.input_audio,
            usage.usage.output_audio,
            usage.usage_source,
            usage.cost_micro_dollars,
            usage.price_version,
            usage.latency_ms,
            usage.first_token_ms,
            usage.finish_reason,
            orjson.dumps(usage.dropped).decode() if usage.dropped else "[]",
            usage.cached,
            usage.usage.cache_write_long,
            usage.usage.images,
            usage.unit_prices,
            usage.chosen_by,
            usage.answered_model,
            usage.key,
            msgspec.json.encode(usage.tried).decode() if usage.tried else "[]",
            usage.service_id,
        )
        for usage in usages
    ]


def _sums(usages: Sequence[UsageLine], rounded: RoundedMoments) -> list[Row]:
    sums: dict[tuple[Any, ...], list[int]] = {}
    for usage in usages:
        hour = rounded.hour(usage.start, usage.started_at)
        key = (hour, usage.team_id, usage.application_id, usage.model, usage.provider_id or "")
        found = sums.get(key)
        if found is None:
            found = sums[key] = [0] * 6
        found[0] += 1
        found[1] += is_error(usage.status)
        found[2] += usage.latency_ms
        found[3] += usage.usage.input
        found[4] += usage.usage.output
        found[5] += usage.cost_micro_dollars
    keys = ("hour", "team_id", "application_id", "model", "provider_id")
    figures = ("calls", "errors", "latency_ms", "tokens_in", "tokens_out", "cost")
    return _as_rows((*keys, *figures), sums)


def _spent(usages: Sequence[UsageLine], rounded: RoundedMoments) -> list[Row]:
    """What users and tokens have spent, by day; nothing of calls that cost nothing."""
    of_both: dict[tuple[str, str, datetime], int] = {}
    for usage in usages:
        if usage.cost_micro_dollars:
            both = (usage.subject, usage.jti, rounded.day(usage.start, usage.started_at))
            of_both[both] = of_both.get(both, 0) + usage.cost_micro_dollars
    sums: dict[tuple[str, str, datetime], int] = {}
    for (subject, jti, day), cost in of_both.items():
        for key in (("user", subject, day), ("token", jti, day)):
            sums[key] = sums.get(key, 0) + cost
    return [{"scope": key[0], "target": key[1], "day": key[2], "cost": cost} for key, cost in sums.items()]


def _of_services(usages: Sequence[UsageLine], rounded: RoundedMoments) -> list[Row]:
    """What applications used of services, by day."""
    sums: dict[tuple[Any, ...], list[int]] = {}
    for usage in usages:
        if usage.service_id is not None:
            day = rounded.day(usage.start, usage.started_at)
            found = sums.setdefault((day, usage.team_id, usage.application_id, usage.service_id), [0] * 3)
            for at, figure in enumerate((usage.usage.input, usage.usage.output, usage.cost_micro_dollars)):
                found[at] += figure
    return _as_rows(("day", "team_id", "application_id", "service_id", "tokens_in", "tokens_out", "cost"), sums)


def _as_rows(names: Sequence[str], sums: Mapping[tuple[Any, ...], Sequence[int]]) -> list[Row]:
    return [dict(zip(names, (*key, *added), strict=True)) for key, added in sums.items()]
