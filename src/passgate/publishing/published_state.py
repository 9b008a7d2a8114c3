"""Publishing's part of the published state, in the contracts' words and in an order that never changes."""

from typing import cast

from passgate.contracts.gateway_snapshot import GatewayService, GatewaySubscription
from passgate.contracts.service_policy import Access
from passgate.publishing import repository
from passgate.publishing.upstream_url import upstream_of
from passgate.storage.work import Work


def published_services(work: Work) -> tuple[GatewayService, ...]:
    """Every published service."""
    return tuple(
        GatewayService(
            id=row.id,
            name=row.name,
            team_id=row.team_id,
            base_path=row.base_path,
            strip_base_path=row.strip_base_path,
            access=cast("Access", row.access),
            upstream=upstream_of(
                row.upstream_url,
                host_header=row.host_header,
                timeout_ms=row.timeout_ms,
                connect_timeout_ms=row.connect_timeout_ms,
            ),
        )
        for row in repository.published_rows(work)
    )


def active_subscriptions(work: Work) -> tuple[GatewaySubscription, ...]:
    """Every active subscription of an active application to a published service."""
    return tuple(
        GatewaySubscription(service_id=service_id, application_id=application_id)
        for service_id, application_id in repository.live_pairs(work)
    )
