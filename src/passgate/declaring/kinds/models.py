"""Models with their deployments and with how their calls find an answer."""

from collections.abc import Iterable
from decimal import Decimal

from sqlalchemy import select

from passgate.catalog.models import Deployment, Model
from passgate.catalog.schemas import (
    DeploymentChange,
    DeploymentIn,
    DeploymentView,
    ModelChange,
    ModelChoice,
    ModelView,
    PriceIn,
    TimeLimitsIn,
)
from passgate.catalog.service import deployments, models
from passgate.catalog.service.enabling import enable_models
from passgate.declaring.ai_documents import DeploymentPart, ModelDocument
from passgate.declaring.desk import Desk, every
from passgate.declaring.kinds.kind import Kind
from passgate.declaring.kinds.providers import key_labels, provider_id
from passgate.kernel.errors import InvalidInputError, NotFoundError

_SAID_OR_KEPT = ("owned_by", "context_window", "max_output_tokens")
_RULES = ("strategy", "sticky", "retries", "is_enabled")


def model_id(desk: Desk, name: str) -> str | None:
    """The id of the model of that public name; None: there is none."""
    return desk.work.session.scalar(select(Model.id).where(Model.name == name))


class ModelKind(Kind[ModelDocument]):
    """Models with their deployments."""

    name = "Model"

    def find(self, desk: Desk, given: ModelDocument) -> str | None:
        """By the public name."""
        return model_id(desk, given.name)

    def present(self, desk: Desk, object_id: str) -> ModelDocument:
        """What it says."""
        view = models.get_model(desk.actor, desk.work, object_id)
        return ModelDocument(
            kind="Model",
            name=view.name,
            type=view.kind,
            aliases=tuple(sorted(view.aliases)),
            time_limits=TimeLimitsIn.model_validate(view.time_limits.model_dump()),
            fallbacks=tuple(one.name for one in view.fallbacks),
            deployments=_ordered(_part(desk, one) for one in view.deployments),
            **{name: getattr(view, name) for name in (*_SAID_OR_KEPT, *_RULES)},
        )

    def settled(self, desk: Desk, given: ModelDocument, present: ModelDocument | None) -> ModelDocument:
        """Deployments and further names in their order; what it does not say as it is."""
        del desk
        kept = {name: getattr(present, name) for name in _SAID_OR_KEPT if present and getattr(given, name) is None}
        ordered = {"aliases": tuple(sorted(given.aliases)), "deployments": _ordered(given.deployments)}
        return given.model_copy(update={**kept, **ordered})

    def make(self, desk: Desk, wanted: ModelDocument) -> str:
        """Switch it on at its first provider, and then be as it says."""
        first = wanted.deployments[0]
        choice = ModelChoice(vendor_model=first.vendor_model, name=wanted.name, kind=wanted.type)
        enable_models(desk.actor, desk.work, _provider(desk, first), [choice])
        found = model_id(desk, wanted.name)
        if found is None:
            raise NotFoundError(f"There is no model {wanted.name}.")
        self._settle(desk, models.get_model(desk.actor, desk.work, found), wanted)
        return found

    def change(self, desk: Desk, object_id: str, wanted: ModelDocument, present: ModelDocument) -> None:
        """Change all of it but what it does. Names that it gives up are free for others from here on."""
        if wanted.type != present.type:
            raise InvalidInputError("What a model does never changes; make another model.", field="type")
        left = [name for name in present.aliases if name in wanted.aliases]
        models.update_model(desk.actor, desk.work, object_id, ModelChange(aliases=left))
        self._settle(desk, models.get_model(desk.actor, desk.work, object_id), wanted)

    def connect(self, desk: Desk, object_id: str, wanted: ModelDocument) -> None:
        """Give it its further names, and the models that step in for it."""
        ids = []
        for at, name in enumerate(wanted.fallbacks):
            found = model_id(desk, name)
            if found is None:
                rule = f"There is no model {name} that may step in for this one."
                raise InvalidInputError(rule, field=f"fallbacks.{at}")
            ids.append(found)
        change = ModelChange(aliases=list(wanted.aliases), fallbacks=ids)
        models.update_model(desk.actor, desk.work, object_id, change)

    def remove(self, desk: Desk, object_id: str) -> None:
        """Delete it with its deployments."""
        models.delete_model(desk.actor, desk.work, object_id)

    def listed(self, desk: Desk) -> Iterable[str]:
        """All."""
        return [view.id for view in every(lambda page: models.list_models(desk.actor, desk.work, page))]

    @staticmethod
    def _settle(desk: Desk, view: ModelView, wanted: ModelDocument) -> None:
        there = {_place(one): one for one in view.deployments}
        parts = {part.place: part for part in wanted.deployments}
        for place, part in parts.items():
            if place not in there:
                given = DeploymentIn(provider_id=_provider(desk, part), **_placing(desk, part))
                deployments.add_deployment(desk.actor, desk.work, view.id, given)
            elif _part(desk, there[place]) != part:
                change = DeploymentChange(weight=part.weight, priority=part.priority, price=part.price)
                models.update_deployment(desk.actor, desk.work, view.id, there[place].id, change)
        for place, one in there.items():
            if place not in parts:
                models.delete_deployment(desk.actor, desk.work, view.id, one.id)
        said = {name: getattr(wanted, name) for name in _SAID_OR_KEPT if getattr(wanted, name) is not None}
        rules = {name: getattr(wanted, name) for name in (*_RULES, "time_limits")}
        models.update_model(desk.actor, desk.work, view.id, ModelChange.model_validate({**said, **rules}))


def _provider(desk: Desk, part: DeploymentPart) -> str:
    found = provider_id(desk, part.provider)
    if found is None:
        raise NotFoundError(f"There is no provider {part.provider}.", field="deployments")
    return found


def _placing(desk: Desk, part: DeploymentPart) -> dict[str, object]:
    key_id = None
    if part.key is not None:
        key_id = key_labels(desk, _provider(desk, part)).get(part.key)
        if key_id is None:
            raise InvalidInputError(f"{part.provider} has no key {part.key}.", field="deployments")
    said = {name: getattr(part, name) for name in ("vendor_model", "region", "weight", "priority", "price")}
    return {**said, "key_id": key_id}


def _place(one: DeploymentView) -> tuple[str, str, str, str]:
    return (one.provider_name, one.vendor_model, one.region or "", one.key_label or "")


def _ordered(parts: Iterable[DeploymentPart]) -> tuple[DeploymentPart, ...]:
    plain = (part.model_copy(update={"price": _plain_price(part.price)}) for part in parts)
    return tuple(sorted(plain, key=lambda part: (part.priority, *part.place)))


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
        region=one.region,
        key=one.key_label,
        weight=one.weight,
        priority=one.priority,
        price=_plain_price(PriceIn.model_validate(figures)) if figures else None,
    )
