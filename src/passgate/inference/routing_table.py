"""The configuration as the worker looks things up in it: compiled once a reload, secrets opened."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from urllib.parse import quote

from passgate.contracts.described_revision import DescribedRevision
from passgate.contracts.inference_config import ModelKind, PlanModels
from passgate.contracts.offered_tools import OfferedTools
from passgate.contracts.routing import RoutingRules, TimeLimits
from passgate.contracts.trusted_issuer import TrustedIssuer
from passgate.inference.described.upstream_token import UpstreamTokens
from passgate.inference.files.provider import FileProvider
from passgate.inference.health import DeploymentHealth, HealthBook, KeyRest
from passgate.inference.limits.book import LimitBook
from passgate.inference.pass_through.provider import RawProvider
from passgate.inference.policies.call_policy import PolicyTable
from passgate.inference.pricing import CallPrice
from passgate.inference.prompts.serving_prompt import ServingPrompt
from passgate.inference.translation import Target
from passgate.kernel.lasting_seal import LastingSeal

_HEADER_SAFE = " !#$&'()*+,-./:;<=>?@[]^_`{|}~"


def header_text(text: str) -> str:
    """Text that may stand in a header: all but printable ASCII is percent-encoded."""
    return quote(text, safe=_HEADER_SAFE)


@dataclass(frozen=True, slots=True)
class ServingKey:
    """One of the keys that a deployment may use, and the target with it."""

    label: str | None
    """None: it is the only one."""
    target: Target
    shared: KeyRest
    """For all deployments of the provider."""
    own: KeyRest
    """For this deployment alone."""

    @property
    def until(self) -> float:
        """Until when it rests, on the worker's clock."""
        return max(self.shared.until, self.own.until)

    @property
    def code(self) -> str:
        """Why it rests, or did the last time."""
        return self.shared.code if self.shared.until > self.own.until else self.own.code


@dataclass(frozen=True, slots=True)
class ServingDeployment:
    """A deployment that can be called."""

    id: str
    model: str
    """The public name of the model that it answers for."""
    provider_id: str
    provider_header: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    """What an answer of its bears."""
    target: Target
    """With the first of the keys."""
    keys: tuple[ServingKey, ...]
    health: DeploymentHealth
    weight: int
    priority: int
    price: CallPrice | None
    rank: float | None
    """Its place by price among others; None: the price is not known."""
    line_parts: dict[tuple[object, ...], bytes] = field(init=False, default_factory=dict, compare=False, repr=False)
    """What usage lines of its calls have in common, by who calls and how; kept by those who write them."""

    def due(self) -> float:
        """When it may be called again, on the worker's clock; in the past where it may be now."""
        return max(self.health.due, min(key.until for key in self.keys))


@dataclass(frozen=True, slots=True)
class ServingModel:
    """A public model name and the deployments that can answer it, best priority first."""

    id: str
    name: str
    header: bytes
    team_id: str | None
    kind: ModelKind
    owned_by: str
    created: int
    deployments: tuple[ServingDeployment, ...]
    groups: tuple[tuple[ServingDeployment, ...], ...]
    """The same, those of one priority together."""
    rules: RoutingRules
    time_limits: TimeLimits | None
    """None: the gate's own."""
    sole: ServingDeployment | None
    """The only one that can ever answer, with one key; so that nothing has to be chosen."""
    prices: tuple[CallPrice, ...]
    """Of all that may answer, fallback models included."""
    aliases: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    context_window: int | None = None
    """Tokens; None: not known."""

    def at_provider(self, provider_id: str) -> "ServingModel":
        """The model as one provider serves it, by the first of its keys: for calls about what that account keeps."""
        own = [replace(one, keys=one.keys[:1]) for one in self.deployments if one.provider_id == provider_id]
        groups = tuple(tuple(group) for _, group in groupby(own, key=lambda one: one.priority))
        rules = self.rules.model_copy(update={"fallbacks": ()})
        return replace(self, deployments=tuple(own), groups=groups, rules=rules, sole=None)


@dataclass(frozen=True, slots=True)
class ServingApplication:
    """An application and what it may use."""

    id: str
    team_id: str
    models: frozenset[str] | None
    logs_bodies: bool = False

    def may_use(self, model: ServingModel) -> bool:
        """Whether the model is its team's or everybody's, and not kept from it."""
        if model.team_id is not None and model.team_id != self.team_id:
            return False
        return self.models is None or model.name in self.models

    def limited_to(self, models: frozenset[str] | None) -> "ServingApplication":
        """The application as a token sees it that may use certain models only; None: all of the application's."""
        if models is None:
            return self
        return replace(self, models=models if self.models is None else self.models & models)


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
        health: HealthBook,
        prompts: Mapping[str, ServingPrompt],
        described: tuple[DescribedRevision, ...] = (),
        tools: tuple[OfferedTools, ...] = (),
        plan_models: tuple[PlanModels, ...] = (),
        upstream_tokens: UpstreamTokens | None = None,
        raw_providers: tuple[RawProvider, ...] = (),
        file_providers: tuple[FileProvider, ...] = (),
        file_seal: LastingSeal | None = None,
    ) -> None:
        self.limits = limits
        self.version = version
        self.issuers: Mapping[str, TrustedIssuer] = {issuer.issuer: issuer for issuer in issuers}
        self.policies = policies
        self._applications = {application.id: application for application in applications}
        self.health = health
        aliases = {(m.team_id, alias): m for m in models for alias in m.aliases}
        self._models: dict[tuple[str | None, str], ServingModel] = aliases | {(m.team_id, m.name): m for m in models}
        self._by_id = {model.id: model for model in models}
        self._names = frozenset(name for _, name in self._models)
        self._prompts = prompts
        self._described = {one.revision_id: one.packed for one in described}
        self._plan_models = {(one.service_id, one.application_id): frozenset(one.models) for one in plan_models}
        self.tools = tools
        """Services that are offered as MCP tools."""
        self.upstream_tokens = upstream_tokens
        """Tokens for upstreams; None: no policy asks for any, or the key cannot be opened."""
        self._raw_providers = {name: one for one in raw_providers for name in (one.name, one.id)}
        self.file_providers = {one.id: one for one in sorted(file_providers, key=lambda one: (one.name, one.id))}
        """Those whose vendors keep files, by id."""
        self.file_seal = file_seal
        """Seals the ids of files; None: its key cannot be opened."""
        self._by_vendor_name = _by_vendor_name(models, {one.id for one in raw_providers} | self.file_providers.keys())

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

    def raw_provider(self, application: ServingApplication, name: str) -> RawProvider | None:
        """The provider of that name or id, where the application may call it as it is."""
        found = self._raw_providers.get(name)
        return found if found is not None and found.is_open_to(application.id, application.team_id) else None

    def served_by(
        self, application: ServingApplication, provider_id: str, vendor_model: str
    ) -> tuple[ServingModel, ServingDeployment] | None:
        """What the application may use of a provider that answers as this vendor's model."""
        for model, deployment in self._by_vendor_name.get((provider_id, vendor_model), ()):
            if application.may_use(model):
                return model, deployment
        return None

    def file_providers_of(self, application: ServingApplication) -> list[FileProvider]:
        """Those of which the application may use a model."""
        used = {
            deployment.provider_id
            for model in self._by_id.values()
            if application.may_use(model)
            for deployment in model.deployments
        }
        return [
            one for one in self.file_providers.values() if one.id in used and one.team_id in {None, application.team_id}
        ]

    def prompt(self, revision_id: str) -> ServingPrompt | None:
        """The prompt of that revision."""
        return self._prompts.get(revision_id)

    def plan_models(self, service_id: str, application_id: str) -> frozenset[str] | None:
        """The models that the application's plan allows the service's prompts; None: it bounds none."""
        return self._plan_models.get((service_id, application_id))

    def described(self, revision_id: str) -> str | None:
        """The document of that revision, packed."""
        return self._described.get(revision_id)

    def fallbacks(self, model: ServingModel, application: ServingApplication | None) -> list[ServingModel]:
        """The models that step in for it, as far as the application may use them; None: all."""
        found = (self._by_id.get(one) for one in model.rules.fallbacks)
        return [
            one
            for one in found
            if one is not None and one.kind == model.kind and (application is None or application.may_use(one))
        ]

    def knows(self, name: str) -> bool:
        """Whether there is a model of that name at all."""
        return name in self._names

    def models(self) -> Collection[ServingModel]:
        """Every model."""
        return self._by_id.values()

    def models_of(self, application: ServingApplication) -> list[ServingModel]:
        """What the application may use, by name."""
        own = {model.name: model for model in self._models.values() if self.model(application, model.name) is model}
        return [own[name] for name in sorted(own)]


def _by_vendor_name(
    models: tuple[ServingModel, ...], providers: Collection[str]
) -> dict[tuple[str, str], list[tuple[ServingModel, ServingDeployment]]]:
    found: dict[tuple[str, str], list[tuple[ServingModel, ServingDeployment]]] = {}
    for model in models:
        for deployment in model.deployments:
            if deployment.provider_id in providers:
                key = (deployment.provider_id, deployment.target.vendor_model)
                found.setdefault(key, []).append((model, deployment))
    return found
