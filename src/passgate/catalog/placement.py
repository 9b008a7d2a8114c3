"""Where a deployment asks its vendor, and with which key."""

from typing import Any

from passgate.catalog import repository
from passgate.catalog.base_url import origin_of
from passgate.catalog.errors import DeploymentExistsError
from passgate.catalog.models import Deployment, Model, Provider
from passgate.catalog.prices import own_price
from passgate.catalog.regions import regional_url
from passgate.catalog.schemas import DeploymentChange, DeploymentIn, PriceIn
from passgate.kernel.errors import InvalidInputError
from passgate.storage.work import Work

MAIN_KEY = "main"
"""The id of a provider's first key."""


def place_deployment(work: Work, model: Model, row: Deployment, given: DeploymentIn | DeploymentChange) -> None:
    """Set region and key, where they are given.

    Raises:
        InvalidInputError: a region that the provider's address cannot name, or no key of the provider's.
        DeploymentExistsError: the model has such a deployment already.
    """
    provider = repository.find_provider(work, row.provider_id)
    if provider is None:
        raise InvalidInputError("There is no such provider.", field="provider_id")
    if "region" in given.model_fields_set:
        if given.region is not None and regional_url(provider.base_url, given.region) is None:
            told = f"The address of {provider.name} names no region '{given.region}'; add a provider for each region."
            raise InvalidInputError(told, field="region")
        row.region = given.region or ""
    if "key_id" in given.model_fields_set:
        if given.key_id is not None and not _has_key(work, provider, given.key_id):
            raise InvalidInputError(f"{provider.name} has no such key.", field="key_id")
        row.key_id = given.key_id or ""
    place = (row.provider_id, row.vendor_model, row.region or "", row.key_id or "")
    for other, _ in repository.deployments_of_models(work, [model.id]):
        if other is not row and (other.provider_id, other.vendor_model, other.region, other.key_id) == place:
            raise DeploymentExistsError(f"{model.name} has this deployment already.", field="vendor_model")


def refuse_address(work: Work, row: Provider, base_url: str) -> None:
    """Refuse another address where it would lead stored keys to another host, or regions to nowhere.

    Raises:
        InvalidInputError: as said.
    """
    if origin_of(base_url) != origin_of(row.base_url) and repository.keys_of_providers(work, [row.id]):
        raise InvalidInputError("Another host needs the further keys to be removed first.", field="base_url")
    for deployment, model in repository.deployments_of_provider(work, row.id):
        if deployment.region and regional_url(base_url, deployment.region) is None:
            raise InvalidInputError(
                f"A deployment of {model.name} asks in {deployment.region}, which this address cannot name.",
                field="base_url",
            )


def stored_price(work: Work, price: PriceIn | None) -> dict[str, Any] | None:
    """An own price as the row keeps it."""
    if price is None:
        return None
    table = own_price(price.model_dump(exclude_none=True), work.clock.now())
    return table.model_dump(mode="json", exclude_none=True)


def _has_key(work: Work, provider: Provider, key_id: str) -> bool:
    if key_id == MAIN_KEY:
        return provider.sealed_api_key is not None
    key = repository.find_key(work, key_id)
    return key is not None and key.provider_id == provider.id
