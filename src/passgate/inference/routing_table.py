"""The configuration as the worker looks things up in it: compiled once a reload, secrets opened."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from passgate.contracts.described_revision import DescribedRevision, TokenSigning
from passgate.contracts.inference_config import (
    Deployment,
    InferenceApplication,
    InferenceConfig,
    InferenceModel,
    InferenceProvider,
    ModelKind,
)
from passgate.contracts.prompt import PublishedPrompt
from passgate.contracts.prompt_template import TemplateError
from passgate.contracts.trusted_issuer import TrustedIssuer
from passgate.inference.described.upstream_token import UpstreamTokens, upstream_tokens
from passgate.inference.limits.book import LimitBook
from passgate.inference.policies.call_policy import PolicyTable
from passgate.inference.pricing import CallPrice
from passgate.inference.prompts.serving_prompt import ServingPrompt
from passgate.inference.translation import Target
from passgate.inference.translator import DIALECTS
from passgate.kernel.sealing import UnsealError, Vault

_log = logging.getLogger("passgate.inference")

_HEADER_SAFE = " !#$&'()*+,-./:;<=>?@[]^_`{|}~"


def header_text(text: str) -> str:
    """Text that may stand in a header: all but printable ASCII is percent-encoded."""
    return quote(text, safe=_HEADER_SAFE)


@dataclass(frozen=True, slots=True)
class ServingDeployment:
    """A deployment that can be called."""

    id: str
    provider_id: str
    provider_header: bytes
    target: Target
    weight: int
    priority: int
    price: CallPrice | None


@dataclass(frozen=True, slots=True)
class ServingModel:
    """A public model name and the deployments that can answer it, best priority first."""

    name: str
    header: bytes
    team_id: str | None
    kind: ModelKind
    owned_by: str
    created: int
    deployments: tuple[ServingDeployment, ...]


@dataclass(frozen=True, slots=True)
class ServingApplication:
    """An application and what it may use."""

    id: str
    team_id: str
    models: frozenset[str] | None

    def may_use(self, model: ServingModel) -> bool:
        """Whether the model is its team's or everybody's, and not kept from it."""
        if model.team_id is not None and model.team_id != self.team_id:
            return False
        return self.models is None or model.name in self.models

    def limited_to(self, models: frozenset[str] | None) -> "ServingApplication":
        """The application as a token sees it that may use certain models only; None: all of the application's."""
        if models is None:
            return self
        return ServingApplication(self.id, self.team_id, models if self.models is None else self.models & models)


class RoutingTable:
    """All that a call is decided by, at one version of the configuration."""

    def __init__(  # noqa: PLR0913 - the parts of a configuration, each by name
        self,
        version: int,
        models: tuple[ServingModel, ...],
        applications: tuple[ServingApplication, ...],
        *,
        issuers: tuple[TrustedIssuer, ...],
        limits: LimitBook,
        policies: PolicyTable,
        prompts: tuple[PublishedPrompt, ...] = (),
        described: tuple[DescribedRevision, ...] = (),
        upstream_tokens: UpstreamTokens | None = None,
    ) -> None:
        self.limits = limits
        self.version = version
        self.issuers: Mapping[str, TrustedIssuer] = {issuer.issuer: issuer for issuer in issuers}
        self.policies = policies
        self._applications = {application.id: application for application in applications}
        self._models: dict[tuple[str | None, str], ServingModel] = {(m.team_id, m.name): m for m in models}
        self._names = frozenset(model.name for model in models)
        self._prompts = _serving_prompts(prompts)
        self._described = {one.revision_id: one.packed for one in described}
        self.upstream_tokens = upstream_tokens
        """Tokens for upstreams; None: no policy asks for any, or the key cannot be opened."""

    def application(self, application_id: str | None) -> ServingApplication | None:
        """The application of that id."""
        return self._applications.get(application_id) if application_id is not None else None

    def model(self, application: ServingApplication, name: str) -> ServingModel | None:
        """The model that the name means to this application, its own team's before everybody's; None: not for it."""
        model = self._models.get((application.team_id, name)) or self._models.get((None, name))
        return model if model is not None and application.may_use(model) else None

    def model_of_team(self, team_id: str, name: str) -> ServingModel | None:
        """The model that the name means to a team, its own before everybody's."""
        return self._models.get((team_id, name)) or self._models.get((None, name))

    def prompt(self, revision_id: str) -> ServingPrompt | None:
        """The prompt of that revision."""
        return self._prompts.get(revision_id)

    def described(self, revision_id: str) -> str | None:
        """The document of that revision, packed."""
        return self._described.get(revision_id)

    def knows(self, name: str) -> bool:
        """Whether there is a model of that name at all."""
        return name in self._names

    def models_of(self, application: ServingApplication) -> list[ServingModel]:
        """What the application may use, by name."""
        own = {model.name: model for model in self._models.values() if self.model(application, model.name) is model}
        return [own[name] for name in sorted(own)]


def compile_config(config: InferenceConfig, vault: Vault) -> RoutingTable:
    """Make a configuration ready; what cannot be used is left out and logged, so that the rest goes on serving."""
    targets = {provider.id: target for provider in config.providers if (target := _provider_target(provider, vault))}
    providers = {provider.id: provider for provider in config.providers}
    models = tuple(_serving_model(model, providers, targets) for model in config.models)
    applications = tuple(_serving_application(row) for row in config.applications)
    limits, policies = LimitBook(config.limits, config.models), PolicyTable(config.policies)
    return RoutingTable(
        config.version,
        models,
        applications,
        issuers=config.trusted_issuers,
        limits=limits,
        policies=policies,
        prompts=config.prompts,
        described=config.described,
        upstream_tokens=_upstream_tokens(config.token_signing, vault),
    )


def _upstream_tokens(signing: TokenSigning | None, vault: Vault) -> UpstreamTokens | None:
    if signing is None:
        return None
    try:
        return upstream_tokens(signing, vault)
    except UnsealError as error:
        _log.error("the signing key %s cannot be opened: %s", signing.kid, error.message)
        return None


def _serving_prompts(prompts: tuple[PublishedPrompt, ...]) -> dict[str, ServingPrompt]:
    usable: dict[str, ServingPrompt] = {}
    for prompt in prompts:
        try:
            usable[prompt.revision_id] = ServingPrompt(prompt)
        except TemplateError as error:
            _log.error("the prompt of revision %s cannot be used: %s", prompt.revision_id, error)
    return usable


def _serving_application(application: InferenceApplication) -> ServingApplication:
    models = None if application.models is None else frozenset(application.models)
    return ServingApplication(application.id, application.team_id, models)


def _provider_target(provider: InferenceProvider, vault: Vault) -> Target | None:
    """What all deployments of a provider share; None where its credential or its dialect cannot be used."""
    if provider.dialect not in DIALECTS:
        _log.error("provider %s speaks the unknown dialect %s", provider.id, provider.dialect)
        return None
    try:
        api_key = None if provider.sealed_api_key is None else vault.open(provider.sealed_api_key)
    except UnsealError as error:
        _log.error("the key of provider %s cannot be opened: %s", provider.id, error.message)
        return None
    return Target(provider.dialect, provider.base_url, api_key, "", provider.vendor, provider.profile)


def _serving_model(
    model: InferenceModel, providers: Mapping[str, InferenceProvider], targets: Mapping[str, Target]
) -> ServingModel:
    usable = [
        _serving_deployment(deployment, model, providers[deployment.provider_id], targets[deployment.provider_id])
        for deployment in model.deployments
        if deployment.provider_id in targets
    ]
    usable.sort(key=lambda deployment: deployment.priority)
    return ServingModel(
        name=model.name,
        header=header_text(model.name).encode(),
        team_id=model.team_id,
        kind=model.kind,
        owned_by=model.owned_by,
        created=model.created,
        deployments=tuple(usable),
    )


def _serving_deployment(
    deployment: Deployment, model: InferenceModel, provider: InferenceProvider, shared: Target
) -> ServingDeployment:
    target = Target(
        dialect=shared.dialect,
        base_url=shared.base_url,
        api_key=shared.api_key,
        vendor_model=deployment.vendor_model,
        vendor=shared.vendor,
        profile=shared.profile,
        max_output_tokens=model.max_output_tokens,
        context_window=model.context_window,
    )
    return ServingDeployment(
        id=deployment.id,
        provider_id=provider.id,
        provider_header=header_text(provider.name).encode(),
        target=target,
        weight=deployment.weight,
        priority=deployment.priority,
        price=None if deployment.price is None else CallPrice(deployment.price),
    )
