"""What the workers must know of limits; read by the snapshot's publication only."""

from passgate.contracts.limits import LimitRule
from passgate.publishing.limits.repository import all_limits
from passgate.storage.work import Work


def limit_rules(work: Work) -> tuple[LimitRule, ...]:
    """Every limit, by id."""
    return tuple(
        LimitRule.model_validate({name: getattr(row, name) for name in LimitRule.model_fields})
        for row in all_limits(work)
    )
