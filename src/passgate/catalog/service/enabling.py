"""Switching vendors' models on: each becomes a public model, or one more deployment of one that is there."""

import re
from collections.abc import Sequence

from passgate.catalog import repository
from passgate.catalog.errors import ModelKindError, NameTakenError
from passgate.catalog.model_kinds import kind_of, refusal_of
from passgate.catalog.models import Deployment, Model, Provider
from passgate.catalog.prices import catalogue_model
from passgate.catalog.schemas import PUBLIC_NAME, ModelChoice, ModelView
from passgate.catalog.service.models import model_views
from passgate.catalog.service.providers import readable_provider
from passgate.catalog.vendors import find_vendor
from passgate.kernel.actor import Actor
from passgate.kernel.errors import InvalidInputError
from passgate.kernel.permissions import Permission
from passgate.storage.constraints import refusing
from passgate.storage.work import Work


def enable_models(actor: Actor, work: Work, provider_id: str, choices: Sequence[ModelChoice | str]) -> list[ModelView]:
    """Switch models on; a plain string is a vendor's model under its own name.

    Where the public name exists already with the same kind and owner, the provider becomes one more deployment of it,
    after those that are there: a fallback.

    Raises:
        NotFoundError: no such provider, or one of a team that the actor has no part in.
        ForbiddenError: without the permission model:write where the provider belongs.
        InvalidInputError: a name that cannot be public, or is asked for twice.
        ModelKindError: a model of a kind that is not served, or of another kind than the public name has.
        NameTakenError: the public name belongs to another team, or to the organisation.
    """
    provider = readable_provider(actor, work, provider_id)
    actor.require(Permission.MODEL_WRITE, provider.team_id, what="provider")
    enabled: dict[str, Model] = {}
    for number, choice in enumerate(choices):
        wanted = ModelChoice(vendor_model=choice) if isinstance(choice, str) else choice
        model = _enable(work, provider, wanted, f"models.{number}")
        if model.id in enabled:
            raise InvalidInputError(
                f"The public name {model.name!r} is asked for twice.", field=f"models.{number}.name"
            )
        enabled[model.id] = model
    return model_views(work, list(enabled.values()))


def _enable(work: Work, provider: Provider, choice: ModelChoice, field: str) -> Model:
    name = _public_name(choice, field)
    kind = choice.kind or kind_of(choice.vendor_model)
    refusal = refusal_of(kind)
    if refusal is not None:
        raise ModelKindError(f"{choice.vendor_model}: {refusal}", field=f"{field}.vendor_model")
    model = repository.model_named(work, name)
    if repository.alias_named(work, name) is not None:
        raise NameTakenError(f"{name!r} is an alias of another model; choose another name.", field=f"{field}.name")
    if model is None:
        model = _new_model(work, provider, choice, name, kind)
    elif model.team_id != provider.team_id:
        raise NameTakenError(
            f"The public name {name!r} belongs to someone else; choose another one.", field=f"{field}.name"
        )
    elif model.kind != kind:
        raise ModelKindError(f"{name!r} is a model of the kind {model.kind}, not {kind}.", field=f"{field}.kind")
    model.is_enabled = True
    _deploy(work, provider, model, choice.vendor_model)
    return model


def _public_name(choice: ModelChoice, field: str) -> str:
    name = choice.name or choice.vendor_model
    if not re.fullmatch(PUBLIC_NAME, name):
        raise InvalidInputError(
            f"{name!r} cannot be a public name, which has letters, digits and . _ : / @ + - only; choose one.",
            field=f"{field}.name",
        )
    return name


def _new_model(work: Work, provider: Provider, choice: ModelChoice, name: str, kind: str) -> Model:
    now = work.clock.now()
    known = catalogue_model(find_vendor(provider.vendor), choice.vendor_model, now)
    model = Model(
        id=work.ids.new("mdl"),
        team_id=provider.team_id,
        name=name,
        kind=kind,
        owned_by=provider.vendor,
        context_window=choice.context_window or (known.context_window if known else None),
        max_output_tokens=choice.max_output_tokens or (known.max_output_tokens if known else None),
        is_enabled=True,
        created_at=now,
    )
    with refusing(work, NameTakenError(f"The public name {name!r} is taken.", field="name")):
        work.session.add(model)
    return model


def _deploy(work: Work, provider: Provider, model: Model, vendor_model: str) -> None:
    present = repository.deployments_of_models(work, [model.id])
    if any(row.provider_id == provider.id and row.vendor_model == vendor_model for row, _ in present):
        return
    last = max((row.priority for row, _ in present), default=-1)
    work.session.add(
        Deployment(
            id=work.ids.new("dep"),
            model_id=model.id,
            provider_id=provider.id,
            vendor_model=vendor_model,
            weight=1,
            priority=last + 1,
        )
    )
    work.session.flush()
