"""From the published configuration to what the worker looks things up in."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from passgate.contracts.described_revision import TokenSigning
from passgate.contracts.inference_config import (
    Deployment,
    InferenceApplication,
    InferenceConfig,
    InferenceModel,
    InferenceProvider,
    PassThrough,
)
from passgate.contracts.prompt import PublishedPrompt
from passgate.contracts.prompt_template import TemplateError
from passgate.contracts.routing import TimeLimits
from passgate.inference.described.upstream_token import UpstreamTokens, upstream_tokens
from passgate.inference.files.provider import FileProvider, file_provider
from passgate.inference.health import HealthBook
from passgate.inference.limits.book import LimitBook
from passgate.inference.pass_through.provider import RawKey, RawProvider, flat_price, raw_prices
from passgate.inference.policies.call_policy import PolicyTable
from passgate.inference.pricing import CallPrice
from passgate.inference.prompts.serving_prompt import ServingPrompt
from passgate.inference.routing_table import (
    RoutingTable,
    ServingApplication,
    ServingDeployment,
    ServingKey,
    ServingModel,
    header_text,
)
from passgate.inference.translation import Target
from passgate.inference.translator import DIALECTS
from passgate.kernel.lasting_seal import LastingSeal
from passgate.kernel.sealing import UnsealError, Vault

_log = logging.getLogger("passgate.inference")

MAIN_KEY = "main"
"""Names a provider's first key."""
_AS_IT_IS = "pass-through"
"""Stands where a deployment's id does."""
_COMPARED = (3000, 1000)
"""Tokens in and out of the call by which prices are compared: chats read about three times what they write."""
_NO_LIMITS = TimeLimits()


def compile_config(config: InferenceConfig, vault: Vault, before: HealthBook | None = None) -> RoutingTable:
    """Make a configuration ready; what cannot be used is left out and logged, so that the rest goes on serving.

    Args:
        config: as published.
        vault: opens the keys.
        before: what was known of deployments and keys under the configuration before.
    """
    health = HealthBook(before)
    compiler = _Compiler(vault, health)
    pools = {provider.id: compiler.pool(provider) for provider in config.providers if _is_spoken(provider)}
    usable = {provider.id: provider for provider in config.providers if pools.get(provider.id)}
    deployments = {model.id: compiler.deployments(model, usable, pools) for model in config.models}
    models = tuple(_serving_model(model, deployments) for model in config.models)
    raw_providers = tuple(
        _raw_provider(one, one.pass_through, compiler.raw_keys(one, pools[one.id]))
        for one in usable.values()
        if one.pass_through is not None
    )
    health.complete()
    return RoutingTable(
        config.version,
        models,
        tuple(_serving_application(row) for row in config.applications),
        issuers=config.trusted_issuers,
        limits=LimitBook(config.limits, config.models),
        policies=PolicyTable(config.policies),
        health=health,
        prompts=_serving_prompts(config.prompts),
        described=config.described,
        tools=config.tools,
        plan_models=config.plan_models,
        upstream_tokens=_upstream_tokens(config.token_signing, vault),
        raw_providers=raw_providers,
        file_providers=tuple(
            found for one in usable.values() if (found := _file_provider(one, pools[one.id][0].secret)) is not None
        ),
        file_seal=_file_seal(config.sealed_file_key, vault),
    )


def _file_provider(provider: InferenceProvider, secret: str | None) -> FileProvider | None:
    return file_provider(
        provider.profile,
        provider_id=provider.id,
        name=provider.name,
        header=header_text(provider.name).encode(),
        team_id=provider.team_id,
        target=Target(provider.dialect, provider.base_url, secret, "", provider.vendor, provider.profile),
    )


def _file_seal(sealed_key: str | None, vault: Vault) -> LastingSeal | None:
    if sealed_key is None:
        return None
    try:
        return LastingSeal(bytes.fromhex(vault.open(sealed_key)))
    except (UnsealError, ValueError) as error:
        _log.error("the key of the ids of files cannot be opened: %s", error)
        return None


def _raw_provider(provider: InferenceProvider, allowed: PassThrough, keys: tuple[RawKey, ...]) -> RawProvider:
    return RawProvider(
        id=provider.id,
        name=provider.name,
        header=header_text(provider.name).encode(),
        team_id=provider.team_id,
        keys=keys,
        applications=frozenset(allowed.applications),
        charge=flat_price(allowed.charge_micro_dollars),
        prices=raw_prices(allowed),
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


def _is_spoken(provider: InferenceProvider) -> bool:
    if provider.dialect in DIALECTS:
        return True
    _log.error("provider %s speaks the unknown dialect %s", provider.id, provider.dialect)
    return False


@dataclass(frozen=True, slots=True)
class _Key:
    """A key of a provider, opened."""

    id: str
    label: str
    mark: str
    """Another one where the key was replaced."""
    secret: str | None


class _Compiler:
    """Makes deployments of what is published."""

    def __init__(self, vault: Vault, health: HealthBook) -> None:
        self._vault = vault
        self._health = health

    def pool(self, provider: InferenceProvider) -> list[_Key]:
        """A provider's keys, those that can be opened; where it needs none, one that is nothing."""
        sealed = [(one.id, one.label, one.sealed_key) for one in provider.keys]
        if provider.sealed_api_key is None and not sealed:
            return [_Key(MAIN_KEY, MAIN_KEY, "", None)]
        if provider.sealed_api_key is not None:
            sealed.insert(0, (MAIN_KEY, MAIN_KEY, provider.sealed_api_key))
        pool = []
        for name, label, text in sealed:
            try:
                pool.append(_Key(name, label, text, self._vault.open(text)))
            except UnsealError as error:
                _log.error("the key %s of provider %s cannot be opened: %s", label, provider.id, error.message)
        return pool

    def raw_keys(self, provider: InferenceProvider, pool: list[_Key]) -> tuple[RawKey, ...]:
        """A provider's keys for calls of it as it is."""
        return tuple(
            RawKey(
                None if len(pool) == 1 else key.label,
                Target(provider.dialect, provider.base_url, key.secret, "", provider.vendor, provider.profile),
                self._health.key(provider.id, key.id, key.mark),
                self._health.key(provider.id, key.id, key.mark, _AS_IT_IS),
            )
            for key in pool
        )

    def deployments(
        self, model: InferenceModel, providers: Mapping[str, InferenceProvider], pools: Mapping[str, list[_Key]]
    ) -> tuple[ServingDeployment, ...]:
        """A model's deployments that can be called, best priority first."""
        usable = [
            made
            for one in model.deployments
            if one.provider_id in providers
            and (made := self._deployment(one, model, providers[one.provider_id], pools[one.provider_id]))
        ]
        return tuple(sorted(usable, key=lambda deployment: deployment.priority))

    def _deployment(
        self, deployment: Deployment, model: InferenceModel, provider: InferenceProvider, pool: list[_Key]
    ) -> ServingDeployment | None:
        own = [key for key in pool if deployment.key_id in {None, key.id}]
        if not own:
            _log.error("the key %s of deployment %s cannot be used", deployment.key_id, deployment.id)
            return None
        keys = tuple(self._key(key, deployment, model, provider, alone=len(pool) == 1) for key in own)
        price = None if deployment.price is None else CallPrice(deployment.price)
        name = header_text(provider.name).encode()
        return ServingDeployment(
            id=deployment.id,
            model=model.name,
            provider_id=provider.id,
            provider_header=name,
            headers=((b"x-passgate-provider", name), (b"x-passgate-deployment", header_text(deployment.id).encode())),
            target=keys[0].target,
            keys=keys,
            health=self._health.deployment(deployment.id),
            weight=deployment.weight,
            priority=deployment.priority,
            price=price,
            rank=None if price is None else float(price.most(*_COMPARED)),
        )

    def _key(
        self, key: _Key, deployment: Deployment, model: InferenceModel, provider: InferenceProvider, *, alone: bool
    ) -> ServingKey:
        target = Target(
            dialect=provider.dialect,
            base_url=deployment.base_url or provider.base_url,
            api_key=key.secret,
            vendor_model=deployment.vendor_model,
            vendor=provider.vendor,
            profile=provider.profile,
            max_output_tokens=model.max_output_tokens,
            context_window=model.context_window,
        )
        shared = self._health.key(provider.id, key.id, key.mark)
        own = self._health.key(provider.id, key.id, key.mark, deployment.id)
        return ServingKey(None if alone else key.label, target, shared, own)


def _serving_application(application: InferenceApplication) -> ServingApplication:
    models = None if application.models is None else frozenset(application.models)
    return ServingApplication(application.id, application.team_id, models, application.logs_bodies)


def _serving_model(model: InferenceModel, deployments: Mapping[str, tuple[ServingDeployment, ...]]) -> ServingModel:
    own = deployments[model.id]
    every = [*own, *(one for other in model.routing.fallbacks for one in deployments.get(other, ()))]
    limits = model.routing.time_limits
    return ServingModel(
        id=model.id,
        name=model.name,
        header=header_text(model.name).encode(),
        team_id=model.team_id,
        kind=model.kind,
        owned_by=model.owned_by,
        created=model.created,
        deployments=own,
        groups=tuple(tuple(group) for _, group in groupby(own, key=lambda deployment: deployment.priority)),
        rules=model.routing,
        time_limits=None if limits == _NO_LIMITS else limits,
        sole=own[0] if len(every) == 1 and len(own) == 1 and len(own[0].keys) == 1 else None,
        prices=tuple(one.price for one in every if one.price is not None),
        aliases=model.aliases,
        capabilities=model.capabilities,
        context_window=model.context_window,
    )
