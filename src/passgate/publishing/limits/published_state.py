"""What the workers must know of limits; read by the snapshot's publication only."""

from passgate.contracts.limits import LimitRule
from passgate.publishing.limits.repository import all_limits, services_of_subscriptions
from passgate.storage.work import Work

_FIELDS = tuple(name for name in LimitRule.model_fields if name != "service_id")


def limit_rules(work: Work) -> tuple[LimitRule, ...]:
    """Every limit, by id; one that a plan made counts what goes through the subscription's service."""
    rows = all_limits(work)
    services = services_of_subscriptions(work, (row.subscription_id for row in rows if row.subscription_id))
    return tuple(
        LimitRule.model_validate(
            {name: getattr(row, name) for name in _FIELDS} | {"service_id": services.get(row.subscription_id or "")}
        )
        for row in rows
    )
