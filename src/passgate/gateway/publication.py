"""Publishing: the state that the domains hold becomes the next snapshot, in the very transaction that changed it."""

from dataclasses import dataclass, field
from functools import partial

import orjson

from passgate.catalog.published_state import ai_policies, inference_models, inference_providers
from passgate.contracts.published_service import PublishedService
from passgate.gateway import repository
from passgate.gateway.compile.errors import UncompilableError
from passgate.gateway.compile.kept_parts import KeptParts
from passgate.gateway.compile.published_checks import check_service
from passgate.gateway.compile.route_policies import policies_at
from passgate.gateway.models import SnapshotRow
from passgate.gateway.state import PublishedState, Snapshot, snapshot_of
from passgate.identity.issuers.published_state import published_issuers
from passgate.identity.published_state import has_own_rates, inference_applications, published_keys, token_signing
from passgate.kernel.errors import InvalidInputError
from passgate.publishing.described import described_revisions, gives_upstream_tokens
from passgate.publishing.limits.published_state import limit_rules
from passgate.publishing.mcp.published_state import offered_tools
from passgate.publishing.policy_checks import check_audience
from passgate.publishing.published_state import (
    active_subscriptions,
    plan_models,
    published_prompts,
    published_services,
    withheld_subscriptions,
)
from passgate.storage.work import Work


@dataclass(frozen=True, slots=True)
class Publication:
    """A hook to run before the commit of every unit of work."""

    issuer: str
    audience: str
    _checked: KeptParts = field(default_factory=KeptParts, repr=False, compare=False)
    """Services that nodes can take; used under the lock of publishing."""

    def __call__(self, work: Work) -> None:
        """Publish if a row that the gate must know was written."""
        if work.snapshot_changed:
            self.publish(work)

    def publish(self, work: Work) -> int:
        """Make the next version if the state differs from the newest one; the version that holds now."""
        repository.lock_publishing(work)
        latest = repository.latest_snapshot(work)
        version = latest.version if latest else 0
        state = self._state(work)
        self._refuse_what_no_node_takes(state.published, latest)
        snapshot = snapshot_of(state, version + 1)
        digest = snapshot.digest()
        if latest is not None and latest.digest == digest:
            return version
        _store(work, snapshot, digest)
        repository.drop_old_snapshots(work, snapshot.version)
        return snapshot.version

    def _refuse_what_no_node_takes(self, services: tuple[PublishedService, ...], latest: SnapshotRow | None) -> None:
        """Refuse a change that nodes would: they take a snapshot as a whole, so nobody's change would come through.

        What is published already is left, lest it hold up the very changes of others.

        Raises:
            InvalidInputError: names the service and the rule.
        """
        self._checked.begin()
        for service in services:
            check = partial(check_service, service, self.audience, "service")
            try:
                self._checked.part((service.id,), (service, self.audience), check)
            except UncompilableError as error:
                if latest is None or not _has(latest, service):
                    message = f"{service.name} cannot be published: {error.message}"
                    raise InvalidInputError(message, code=error.code, field=error.field) from None

    def _state(self, work: Work) -> PublishedState:
        published = published_services(work)
        check_audience(published, self.audience)
        subscriptions = active_subscriptions(work)
        return PublishedState(
            issuer=self.issuer,
            audience=self.audience,
            keys=published_keys(work),
            subscriptions=subscriptions,
            providers=inference_providers(work),
            models=inference_models(work),
            applications=inference_applications(work),
            trusted_issuers=published_issuers(work),
            limits=limit_rules(work),
            policies=ai_policies(work),
            published=published,
            prompts=published_prompts(work),
            plan_models=plan_models(work),
            described=described_revisions(work, published),
            tools=offered_tools(work, published, subscriptions, lambda *at: policies_at(*at).access),
            token_signing=token_signing(work, self.issuer) if gives_upstream_tokens(published) else None,
            sealed_file_key=repository.sealed_file_key(work),
            own_rates=has_own_rates(work),
            withheld=withheld_subscriptions(work, subscriptions),
        )


def _has(latest: SnapshotRow, service: PublishedService) -> bool:
    """Whether the service stands in a snapshot as it is."""
    return service.model_dump(mode="json") in orjson.loads(latest.gateway)["published"]


def _store(work: Work, snapshot: Snapshot, digest: str) -> None:
    work.session.add(
        SnapshotRow(
            version=snapshot.version,
            digest=digest,
            gateway=snapshot.gateway.model_dump_json(),
            inference=snapshot.inference.model_dump_json(),
            created_at=work.clock.now(),
        )
    )
    work.session.flush()
