"""Which models a provider offers: its vendor's live list, else the price catalogue."""

from collections.abc import Iterator
from datetime import datetime

from passgate.catalog import repository
from passgate.catalog.capabilities import capabilities_of
from passgate.catalog.errors import VendorCallError
from passgate.catalog.model_kinds import kind_of, refusal_of
from passgate.catalog.model_list import ListedModel, fetch_models
from passgate.catalog.prices import PricedModel, catalogue_model, catalogue_models
from passgate.catalog.schemas import AvailableModel
from passgate.catalog.service.providers import readable_provider
from passgate.catalog.vendors import Vendor, find_vendor
from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work

_ORDER = ("chat", "embeddings", "image", "audio", "rerank", "moderation")


def available_models(actor: Actor, work: Work, provider_id: str) -> list[AvailableModel]:
    """What may be switched on, chat models first; each says what it costs and whether it is on already.

    Asks the vendor, which may take ten seconds: call it in a unit of work that only reads. Where the vendor gives no
    list, the models are the price catalogue's (``source``); testing the connection says why.

    Raises:
        NotFoundError: no such provider, or one of a team that the actor has no part in.
        ForbiddenError: without the permissions provider:read and model:read.
    """
    row = readable_provider(actor, work, provider_id)
    actor.require_somewhere(Permission.MODEL_READ)
    vendor = find_vendor(row.vendor)
    api_key = work.vault.open(row.sealed_api_key) if row.sealed_api_key else None
    now = work.clock.now()
    try:
        offered = list(_listed(vendor, fetch_models(vendor, row.base_url, api_key, now), now))
    except VendorCallError:
        offered = [_priced(model) for model in catalogue_models(vendor, now)]
    used = {deployment.vendor_model: model for deployment, model in repository.deployments_of_provider(work, row.id)}
    for model in offered:
        answered = used.get(model.vendor_model)
        if answered is not None:
            model.model_id = answered.id
            model.enabled = answered.is_enabled
    return sorted(offered, key=_place)


def _place(model: AvailableModel) -> tuple[int, str, str]:
    known = _ORDER.index(model.kind) if model.kind in _ORDER else len(_ORDER)
    return known, model.kind if known == len(_ORDER) else "", model.vendor_model


def _listed(vendor: Vendor, models: list[ListedModel], now: datetime) -> Iterator[AvailableModel]:
    seen: set[str] = set()
    for model in models:
        if model.vendor_model in seen or model.entry.get("lifecycle") == "retired":
            continue
        seen.add(model.vendor_model)
        kind = kind_of(model.vendor_model, model.entry)
        priced = catalogue_model(vendor, model.vendor_model, now)
        reason = refusal_of(kind)
        yield AvailableModel(
            vendor_model=model.vendor_model,
            name=model.name,
            kind=kind,
            can_enable=reason is None,
            reason=reason,
            context_window=model.context_window or (priced.context_window if priced else None),
            max_output_tokens=model.max_output_tokens or (priced.max_output_tokens if priced else None),
            capabilities=capabilities_of(model.vendor_model, model.entry) if kind == "chat" else (),
            price=priced.price if priced else None,
        )


def _priced(model: PricedModel) -> AvailableModel:
    kind = kind_of(model.vendor_model)
    reason = refusal_of(kind)
    return AvailableModel(
        vendor_model=model.vendor_model,
        name=model.name,
        kind=kind,
        can_enable=reason is None,
        reason=reason,
        context_window=model.context_window,
        max_output_tokens=model.max_output_tokens,
        capabilities=capabilities_of(model.vendor_model) if kind == "chat" else (),
        price=model.price,
        source="catalogue",
    )
