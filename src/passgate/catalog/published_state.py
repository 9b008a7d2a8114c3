"""The catalogue's part of the published state, in the contracts' words and in an order that never changes."""

from collections import defaultdict

from passgate.catalog import repository
from passgate.catalog.capabilities import capabilities_of
from passgate.catalog.models import Provider
from passgate.catalog.prices import catalogue_models
from passgate.catalog.regions import regional_url
from passgate.catalog.service.models import price_of
from passgate.catalog.vendors import find_vendor
from passgate.contracts import inference_config as published
from passgate.contracts.ai_policy import AiPolicy
from passgate.kernel.clock import epoch_seconds
from passgate.storage.work import Work


def inference_providers(work: Work) -> tuple[published.InferenceProvider, ...]:
    """Every provider that is switched on; keys stay sealed."""
    rows = repository.enabled_providers(work)
    keys: dict[str, list[published.ProviderKey]] = defaultdict(list)
    for key in repository.keys_of_providers(work, [row.id for row in rows]):
        keys[key.provider_id].append(published.ProviderKey(id=key.id, label=key.label, sealed_key=key.sealed_key))
    return tuple(
        published.InferenceProvider(
            id=row.id,
            name=row.name,
            team_id=row.team_id,
            vendor=row.vendor,
            dialect=(vendor := find_vendor(row.vendor)).dialect,
            base_url=row.base_url,
            sealed_api_key=row.sealed_api_key,
            keys=tuple(keys[row.id]),
            profile=vendor.profile,
            pass_through=_pass_through(work, row) if row.pass_through else None,
        )
        for row in rows
    )


def _pass_through(work: Work, row: Provider) -> published.PassThrough:
    priced = catalogue_models(find_vendor(row.vendor), work.clock.now())
    return published.PassThrough(
        applications=tuple(row.pass_through_applications),
        charge_micro_dollars=row.pass_through_charge,
        prices={model.vendor_model: model.price for model in priced if model.price is not None},
    )


def ai_policies(work: Work) -> tuple[AiPolicy, ...]:
    """Every policy that is switched on."""
    return tuple(
        AiPolicy.model_validate(
            {
                "id": row.id,
                "team_id": row.team_id,
                "application_id": row.application_id,
                "model": row.model,
                "cache_seconds": row.cache_seconds,
                "max_prompt_bytes": row.max_prompt_bytes,
                "max_output_tokens": row.max_output_tokens,
                "masking": row.masking,
            }
        )
        for row in repository.enabled_policies(work)
    )


def inference_models(work: Work) -> tuple[published.InferenceModel, ...]:
    """Every model that is switched on and has a deployment at a provider that is."""
    deployments: dict[str, list[published.Deployment]] = defaultdict(list)
    for row, provider in repository.live_deployments(work):
        deployments[row.model_id].append(
            published.Deployment(
                id=row.id,
                provider_id=row.provider_id,
                vendor_model=row.vendor_model,
                base_url=regional_url(provider.base_url, row.region) if row.region else None,
                region=row.region or None,
                key_id=row.key_id or None,
                weight=row.weight,
                priority=row.priority,
                price=price_of(work, row, provider.vendor),
            )
        )
    rows = [row for row in repository.enabled_models(work) if row.id in deployments]
    aliases: dict[str, list[str]] = defaultdict(list)
    for alias in repository.aliases_of_models(work, [row.id for row in rows]):
        aliases[alias.model_id].append(alias.name)
    return tuple(
        published.InferenceModel.model_validate(
            {
                "id": row.id,
                "name": row.name,
                "team_id": row.team_id,
                "kind": row.kind,
                "owned_by": row.owned_by,
                "created": epoch_seconds(row.created_at),
                "capabilities": capabilities_of(deployments[row.id][0].vendor_model) if row.kind == "chat" else (),
                "context_window": row.context_window,
                "max_output_tokens": row.max_output_tokens,
                "aliases": tuple(aliases[row.id]),
                "deployments": tuple(deployments[row.id]),
                "routing": {
                    "strategy": row.strategy,
                    "sticky": row.sticky,
                    "retries": row.retries,
                    "time_limits": row.time_limits,
                    "fallbacks": tuple(one for one in row.fallbacks if one in deployments),
                },
            }
        )
        for row in rows
    )
