"""Providers and models."""

from collections.abc import Iterable
from decimal import Decimal

from pydantic import SecretStr
from sqlalchemy import select

from passgate.catalog.models import Deployment, Model, Provider
from passgate.catalog.schemas import (
    DeploymentChange,
    DeploymentView,
    ModelChange,
    ModelChoice,
    ModelView,
    PriceIn,
    ProviderChange,
    ProviderIn,
)
from passgate.catalog.service import models, providers
from passgate.catalog.service.enabling import enable_models
from passgate.catalog.vendors import find_vendor
from passgate.declaring.desk import Desk, every
from passgate.declaring.documents import DeploymentPart, ModelDocument, ProviderDocument
from passgate.declaring.kinds.kind import Kind
from passgate.declaring.variables import variable_for
from passgate.kernel.errors import InvalidInputError, NotFoundError


class ProviderKind(Kind[ProviderDocument]):
    """Providers."""

    name = "Provider"

    def find(self, desk: Desk, given: ProviderDocument) -> str | None:
        """By the name."""
        return _provider_id(desk, given.name)

    def present(self, desk: Desk, object_id: str) -> ProviderDocument:
        """What it says, less its key."""
        view = providers.get_provider(desk.actor, desk.work, object_id)
        return ProviderDocument(
            kind="Provider",
            name=view.name,
            team=None if view.team_id is None else desk.team_name(view.team_id),
            vendor=view.vendor,
            base_url=view.base_url,
            is_enabled=view.is_enabled,
        )

    def export(self, desk: Desk, object_id: str) -> ProviderDocument:
        """The key by a variable; the vendor's own base URL left out."""
        found = self.present(desk, object_id)
        row = desk.work.session.get_one(Provider, object_id)
        key = SecretStr(variable_for(found.name, "api_key")) if row.sealed_api_key is not None else None
        own = found.base_url == find_vendor(found.vendor).base_url
        return found.model_copy(update={"api_key": key, **({"base_url": None} if own else {})})

    def settled(self, desk: Desk, given: ProviderDocument, present: ProviderDocument | None) -> ProviderDocument:
        """With the vendor's base URL, and a key only where it is another one."""
        vendor = find_vendor(given.vendor)
        found = _provider_id(desk, given.name) if present is not None else None
        stored = desk.work.session.get_one(Provider, found).sealed_api_key if found is not None else None
        update = {
            "base_url": given.base_url or vendor.base_url or None,
            "api_key": desk.secret(given.api_key, stored, "api_key"),
        }
        return given.model_copy(update=update)

    def make(self, desk: Desk, wanted: ProviderDocument) -> str:
        """Add it."""
        given = ProviderIn(
            team_id=None if wanted.team is None else desk.team_id(wanted.team),
            name=wanted.name,
            vendor=wanted.vendor,
            base_url=wanted.base_url,
            api_key=wanted.api_key,
            is_enabled=wanted.is_enabled,
        )
        return providers.create_provider(desk.actor, desk.work, given).id

    def change(self, desk: Desk, object_id: str, wanted: ProviderDocument, present: ProviderDocument) -> None:
        """Change all of it but team and vendor, which stay."""
        for name in ("team", "vendor"):
            if getattr(wanted, name) != getattr(present, name):
                raise InvalidInputError(f"A provider's {name} never changes; make another provider.", field=name)
        given: dict[str, object] = {"base_url": wanted.base_url, "is_enabled": wanted.is_enabled}
        if wanted.api_key is not None:
            given["api_key"] = wanted.api_key
        providers.update_provider(desk.actor, desk.work, object_id, ProviderChange.model_validate(given))

    def remove(self, desk: Desk, object_id: str) -> None:
        """Delete it; models that it answers for have to be gone or changed before."""
        providers.delete_provider(desk.actor, desk.work, object_id)

    def listed(self, desk: Desk) -> Iterable[str]:
        """All."""
        return [view.id for view in every(lambda page: providers.list_providers(desk.actor, desk.work, page))]


class ModelKind(Kind[ModelDocument]):
    """Models with their deployments."""

    name = "Model"

    def find(self, desk: Desk, given: ModelDocument) -> str | None:
        """By the public name."""
        return _model_id(desk, given.name)

    def present(self, desk: Desk, object_id: str) -> ModelDocument:
        """What it says."""
        view = models.get_model(desk.actor, desk.work, object_id)
        if any(one.region is not None or one.key_id is not None for one in view.deployments):
            rule = f"The model {view.name} has deployments of a region or key of their own: no document says that yet."
            raise InvalidInputError(rule, field="deployments")
        return ModelDocument(
            kind="Model",
            name=view.name,
            type=view.kind,
            owned_by=view.owned_by,
            context_window=view.context_window,
            max_output_tokens=view.max_output_tokens,
            is_enabled=view.is_enabled,
            deployments=_ordered(_part(desk, one) for one in view.deployments),
        )

    def export(self, desk: Desk, object_id: str) -> ModelDocument:
        """With a note where something else is set that no document says."""
        found = self.present(desk, object_id)
        view = models.get_model(desk.actor, desk.work, object_id)
        limits = view.time_limits.model_dump(exclude_none=True)
        set_besides = {
            "aliases": view.aliases,
            "strategy": view.strategy != "weighted",
            "sticky": view.sticky,
            "retries": view.retries != 1,
            "time_limits": limits,
            "fallbacks": view.fallbacks,
        }
        said = [name for name, value in set_besides.items() if value]
        if said:
            desk.notes.append(f"The model {view.name}: not said are its {', '.join(said)}.")
        return found

    def settled(self, desk: Desk, given: ModelDocument, present: ModelDocument | None) -> ModelDocument:
        """Deployments in their order; what it does not say as it is."""
        del desk
        unsaid = ("owned_by", "context_window", "max_output_tokens")
        kept = {name: getattr(present, name) for name in unsaid if present and getattr(given, name) is None}
        return given.model_copy(update={**kept, "deployments": _ordered(given.deployments)})

    def make(self, desk: Desk, wanted: ModelDocument) -> str:
        """Switch it on at its first provider, and then be as it says."""
        first = wanted.deployments[0]
        self._enable(desk, wanted, first)
        found = _model_id(desk, wanted.name)
        if found is None:
            raise NotFoundError(f"There is no model {wanted.name}.")
        self._settle(desk, models.get_model(desk.actor, desk.work, found), wanted)
        return found

    def change(self, desk: Desk, object_id: str, wanted: ModelDocument, present: ModelDocument) -> None:
        """Change all of it but what it does."""
        if wanted.type != present.type:
            raise InvalidInputError("What a model does never changes; make another model.", field="type")
        self._settle(desk, models.get_model(desk.actor, desk.work, object_id), wanted)

    def remove(self, desk: Desk, object_id: str) -> None:
        """Delete it with its deployments."""
        models.delete_model(desk.actor, desk.work, object_id)

    def listed(self, desk: Desk) -> Iterable[str]:
        """All."""
        return [view.id for view in every(lambda page: models.list_models(desk.actor, desk.work, page))]

    def _enable(self, desk: Desk, wanted: ModelDocument, part: DeploymentPart) -> None:
        provider = _provider_id(desk, part.provider)
        if provider is None:
            raise NotFoundError(f"There is no provider {part.provider}.", field="deployments")
        choice = ModelChoice(vendor_model=part.vendor_model, name=wanted.name, kind=wanted.type)
        enable_models(desk.actor, desk.work, provider, [choice])

    def _settle(self, desk: Desk, view: ModelView, wanted: ModelDocument) -> None:
        there = {_place(one.provider_name, one.vendor_model) for one in view.deployments}
        for part in wanted.deployments:
            if _place(part.provider, part.vendor_model) not in there:
                self._enable(desk, wanted, part)
        parts = {_place(part.provider, part.vendor_model): part for part in wanted.deployments}
        for one in models.get_model(desk.actor, desk.work, view.id).deployments:
            said_of = parts.get(_place(one.provider_name, one.vendor_model))
            if said_of is None:
                models.delete_deployment(desk.actor, desk.work, view.id, one.id)
            elif _part(desk, one) != said_of:
                change = DeploymentChange(weight=said_of.weight, priority=said_of.priority, price=said_of.price)
                models.update_deployment(desk.actor, desk.work, view.id, one.id, change)
        said = {"owned_by": wanted.owned_by, "context_window": wanted.context_window}
        said["max_output_tokens"] = wanted.max_output_tokens
        given = {name: value for name, value in said.items() if value is not None}
        change_of_model = ModelChange.model_validate({**given, "is_enabled": wanted.is_enabled})
        models.update_model(desk.actor, desk.work, view.id, change_of_model)


def _provider_id(desk: Desk, name: str) -> str | None:
    return desk.work.session.scalar(select(Provider.id).where(Provider.name == name))


def _model_id(desk: Desk, name: str) -> str | None:
    return desk.work.session.scalar(select(Model.id).where(Model.name == name))


def _place(provider: str, vendor_model: str) -> tuple[str, str]:
    return (provider, vendor_model)


def _ordered(parts: Iterable[DeploymentPart]) -> tuple[DeploymentPart, ...]:
    plain = (part.model_copy(update={"price": _plain_price(part.price)}) for part in parts)
    return tuple(sorted(plain, key=lambda part: (part.priority, part.provider, part.vendor_model)))


def _plain_price(price: PriceIn | None) -> PriceIn | None:
    """With each figure in one form, so that 0.150 is 0.15."""
    if price is None:
        return None
    figures = price.model_dump(exclude_none=True)
    return PriceIn.model_validate({name: f"{Decimal(figure).normalize():f}" for name, figure in figures.items()})


def _part(desk: Desk, one: DeploymentView) -> DeploymentPart:
    stored = desk.work.session.get_one(Deployment, one.id).price
    figures = {name: str(figure) for name, figure in (stored or {}).items() if name != "version" and figure is not None}
    return DeploymentPart(
        provider=one.provider_name,
        vendor_model=one.vendor_model,
        weight=one.weight,
        priority=one.priority,
        price=_plain_price(PriceIn.model_validate(figures)) if figures else None,
    )
