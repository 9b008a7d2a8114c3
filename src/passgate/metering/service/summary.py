"""The overview's figures, from the hourly sums alone: as fast at ten million calls as at ten."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from passgate.kernel.actor import Actor
from passgate.kernel.errors import InvalidInputError
from passgate.kernel.permissions import Permission
from passgate.metering.repository.hours import HourSums, sums_by, sums_by_hour, total
from passgate.metering.repository.owners import application_names, service_names
from passgate.metering.schemas import Bucket, Point, Ranked, Summary, Totals
from passgate.storage.work import Work

MAX_BUCKETS = 1_000
TOP = 10
_STEP = {"hour": timedelta(hours=1), "day": timedelta(days=1)}


def summary(actor: Actor, work: Work, since: datetime, until: datetime, bucket: Bucket = "hour") -> Summary:
    """The sums of the actor's teams between two moments, widened to whole buckets (hours or days in UTC).

    Raises:
        ForbiddenError: the actor may read calls nowhere.
        InvalidInputError: a moment without a zone, an empty stretch, or one of more than 1,000 buckets.
    """
    actor.require_somewhere(Permission.CALL_READ)
    first, end = _stretch(since, until, bucket)
    teams = actor.teams_with(Permission.CALL_READ)
    hourly = sums_by_hour(work.session, teams, first, end)
    applications = _top(sums_by(work.session, "application", teams, first, end))
    services = _top(sums_by(work.session, "service", teams, first, end))
    models = _top(sums_by(work.session, "model", teams, first, end))
    return Summary(
        since=first,
        until=end,
        bucket=bucket,
        totals=_totals(total(hourly.values())),
        series=tuple(_series(hourly, first, end, bucket)),
        top_applications=_ranked(applications, application_names(work.session, applications)),
        top_services=_ranked(services, service_names(work.session, services)),
        top_models=_ranked(models, {}),
    )


def _stretch(since: datetime, until: datetime, bucket: Bucket) -> tuple[datetime, datetime]:
    for name, moment in (("since", since), ("until", until)):
        if moment.tzinfo is None:
            raise InvalidInputError(f"{name} needs a time zone, such as a Z at its end.", field=name)
    if since >= until:
        raise InvalidInputError("until must be later than since.", field="until")
    first, end = _floor(since, bucket), _floor(until, bucket)
    if end < until:
        end += _STEP[bucket]
    if (end - first) // _STEP[bucket] > MAX_BUCKETS:
        raise InvalidInputError(
            f"The stretch makes more than {MAX_BUCKETS:,} buckets: ask for days or for less.", field="since"
        )
    return first, end


def _floor(moment: datetime, bucket: Bucket) -> datetime:
    hour = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return hour if bucket == "hour" else hour.replace(hour=0)


def _series(hourly: Mapping[datetime, HourSums], first: datetime, end: datetime, bucket: Bucket) -> Iterator[Point]:
    buckets: dict[datetime, HourSums] = defaultdict(HourSums)
    for hour, sums in hourly.items():
        buckets[_floor(hour, bucket)].add(sums)
    start = first
    while start < end:
        yield Point(start=start, **_totals(buckets[start]).model_dump())
        start += _STEP[bucket]


def _top(sums: Mapping[str, HourSums]) -> dict[str, HourSums]:
    leaders = sorted(sums.items(), key=lambda item: (-item[1].calls, -item[1].cost, item[0]))
    return dict(leaders[:TOP])


def _ranked(leaders: Mapping[str, HourSums], names: Mapping[str, str]) -> tuple[Ranked, ...]:
    return tuple(
        Ranked(id=key, name=names.get(key, key), **_totals(sums).model_dump()) for key, sums in leaders.items()
    )


def _totals(sums: HourSums) -> Totals:
    return Totals(
        calls=sums.calls,
        errors=sums.errors,
        tokens_in=sums.tokens_in,
        tokens_out=sums.tokens_out,
        cost_micro_dollars=sums.cost,
        average_latency_ms=round(sums.latency_ms / sums.calls, 1) if sums.calls else None,
    )
