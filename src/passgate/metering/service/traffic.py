"""What came through since the beginning of the month, for a monitor that looks every few seconds.

By the hourly sums, and of one month (UTC), so that a look is as fast after years as on the first day. A counter that
begins anew is one that monitors know.
"""

from dataclasses import dataclass

from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.metering.repository.owners import provider_names, service_names
from passgate.metering.repository.traffic import calls_by_service, usage_by_model
from passgate.metering.schemas import ModelTraffic, ServiceTraffic
from passgate.storage.work import Work


@dataclass(frozen=True, slots=True)
class Traffic:
    """Calls at the gate by service, and calls of models by who answered."""

    services: tuple[ServiceTraffic, ...]
    models: tuple[ModelTraffic, ...]


def traffic_of_the_month(actor: Actor, work: Work) -> Traffic:
    """The sums of the actor's teams.

    Raises:
        ForbiddenError: the actor may read calls nowhere.
    """
    actor.require_somewhere(Permission.CALL_READ)
    teams = actor.teams_with(Permission.CALL_READ)
    since = work.clock.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    calls = calls_by_service(work.session, teams, since)
    usage = usage_by_model(work.session, teams, since)
    services = service_names(work.session, {row[1] for row in calls})
    providers = provider_names(work.session, {row[1] for row in usage})
    return Traffic(
        services=tuple(
            ServiceTraffic(kind, service, services.get(service, ""), *map(int, figures))
            for kind, service, *figures in calls
        ),
        models=tuple(
            ModelTraffic(model, provider, providers.get(provider, ""), *map(int, figures))
            for model, provider, *figures in usage
        ),
    )
