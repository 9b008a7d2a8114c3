"""From published state to snapshot: a pure function."""

import hashlib
from dataclasses import dataclass

from passgate.contracts.ai_policy import AiPolicy
from passgate.contracts.described_revision import DescribedRevision, TokenSigning
from passgate.contracts.gateway_snapshot import GatewaySnapshot, GatewaySubscription, WithheldSubscription
from passgate.contracts.inference_config import (
    InferenceApplication,
    InferenceConfig,
    InferenceModel,
    InferenceProvider,
    PlanModels,
)
from passgate.contracts.limits import LimitRule
from passgate.contracts.offered_tools import OfferedTools
from passgate.contracts.prompt import PublishedPrompt
from passgate.contracts.published_service import PublishedService
from passgate.contracts.trusted_issuer import TrustedIssuer


@dataclass(frozen=True, slots=True)
class PublishedState:
    """All that the gate works by, as the domains give it; each part in a fixed order."""

    issuer: str
    audience: str
    keys: tuple[dict[str, str], ...]
    subscriptions: tuple[GatewaySubscription, ...]
    providers: tuple[InferenceProvider, ...]
    models: tuple[InferenceModel, ...]
    applications: tuple[InferenceApplication, ...]
    trusted_issuers: tuple[TrustedIssuer, ...] = ()
    limits: tuple[LimitRule, ...] = ()
    policies: tuple[AiPolicy, ...] = ()
    published: tuple[PublishedService, ...] = ()
    prompts: tuple[PublishedPrompt, ...] = ()
    plan_models: tuple[PlanModels, ...] = ()
    described: tuple[DescribedRevision, ...] = ()
    tools: tuple[OfferedTools, ...] = ()
    token_signing: TokenSigning | None = None
    sealed_file_key: str | None = None
    own_rates: bool = False
    withheld: tuple[WithheldSubscription, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Both halves of one version."""

    gateway: GatewaySnapshot
    inference: InferenceConfig

    @property
    def version(self) -> int:
        """The version; both halves bear it."""
        return self.gateway.version

    def digest(self) -> str:
        """SHA-256 of the content, the version left out."""
        parts = (
            self.gateway.model_copy(update={"version": 0}).model_dump_json(),
            self.inference.model_copy(update={"version": 0}).model_dump_json(),
        )
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def snapshot_of(state: PublishedState, version: int) -> Snapshot:
    """The snapshot of a state, under a version."""
    return Snapshot(
        gateway=GatewaySnapshot(
            version=version,
            issuer=state.issuer,
            audience=state.audience,
            keys=state.keys,
            published=state.published,
            subscriptions=state.subscriptions,
            withheld=state.withheld,
            trusted_issuers=state.trusted_issuers,
            own_rates=state.own_rates,
        ),
        inference=InferenceConfig(
            version=version,
            providers=state.providers,
            models=state.models,
            applications=state.applications,
            limits=state.limits,
            policies=state.policies,
            prompts=state.prompts,
            plan_models=state.plan_models,
            described=state.described,
            tools=state.tools,
            token_signing=state.token_signing,
            sealed_file_key=state.sealed_file_key,
            trusted_issuers=state.trusted_issuers,
        ),
    )
