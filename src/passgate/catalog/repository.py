"""Queries of the catalogue."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, func, or_, select

from passgate.catalog.models import Deployment, Model, ModelAlias, Policy, Provider, ProviderKey
from passgate.kernel.pagination import Page, PageRequest
from passgate.storage.work import Work

Owned = TypeVar("Owned", Provider, Model, Policy)


def find_provider(work: Work, provider_id: str) -> Provider | None:
    """The provider of that id."""
    return work.session.get(Provider, provider_id)


def provider_named(work: Work, name: str) -> Provider | None:
    """The provider of that name."""
    return work.session.scalar(select(Provider).where(Provider.name == name))


def providers_page(work: Work, page: PageRequest, teams: frozenset[str] | None, search: str | None) -> Page[Provider]:
    """Providers of those teams (None: all) and of the whole organisation, newest first."""
    query = select(Provider)
    if search:
        query = query.where(_contains(Provider.name, search))
    return _page(work, query, Provider, page, teams)


def model_counts(work: Work, provider_ids: Iterable[str]) -> dict[str, int]:
    """How many models each of the providers answers for."""
    query = (
        select(Deployment.provider_id, func.count(Deployment.model_id.distinct()).label("models"))
        .where(Deployment.provider_id.in_(list(provider_ids)))
        .group_by(Deployment.provider_id)
    )
    return {row.provider_id: row.models for row in work.session.execute(query)}


def find_model(work: Work, model_id: str) -> Model | None:
    """The model of that id."""
    return work.session.get(Model, model_id)


def model_named(work: Work, name: str) -> Model | None:
    """The model of that public name."""
    return work.session.scalar(select(Model).where(Model.name == name))


def models_page(work: Work, page: PageRequest, teams: frozenset[str] | None, search: str | None) -> Page[Model]:
    """Models of those teams (None: all) and of the whole organisation, newest first."""
    query = select(Model)
    if search:
        query = query.where(_contains(Model.name, search))
    return _page(work, query, Model, page, teams)


def find_deployment(work: Work, deployment_id: str) -> Deployment | None:
    """The deployment of that id."""
    return work.session.get(Deployment, deployment_id)


def deployments_of_models(work: Work, model_ids: Iterable[str]) -> Sequence[tuple[Deployment, Provider]]:
    """The deployments of the models, each with its provider, in the order in which they are tried."""
    query = (
        select(Deployment, Provider)
        .join(Provider, Provider.id == Deployment.provider_id)
        .where(Deployment.model_id.in_(list(model_ids)))
        .order_by(Deployment.priority, Deployment.id)
    )
    return [(deployment, provider) for deployment, provider in work.session.execute(query)]


def deployments_of_provider(work: Work, provider_id: str) -> Sequence[tuple[Deployment, Model]]:
    """The provider's deployments, each with its model."""
    query = (
        select(Deployment, Model)
        .join(Model, Model.id == Deployment.model_id)
        .where(Deployment.provider_id == provider_id)
        .order_by(Deployment.id)
    )
    return [(deployment, model) for deployment, model in work.session.execute(query)]


def enabled_providers(work: Work) -> Sequence[Provider]:
    """Every provider that is switched on."""
    return work.session.scalars(select(Provider).where(Provider.is_enabled).order_by(Provider.id)).all()


def enabled_models(work: Work) -> Sequence[Model]:
    """Every model that is switched on."""
    return work.session.scalars(select(Model).where(Model.is_enabled).order_by(Model.id)).all()


def live_deployments(work: Work) -> Sequence[tuple[Deployment, Provider]]:
    """Deployments of models and providers that are both switched on, each with its provider, in order."""
    query = (
        select(Deployment, Provider)
        .join(Provider, Provider.id == Deployment.provider_id)
        .join(Model, Model.id == Deployment.model_id)
        .where(Provider.is_enabled, Model.is_enabled)
        .order_by(Deployment.model_id, Deployment.priority, Deployment.id)
    )
    return [(deployment, provider) for deployment, provider in work.session.execute(query)]


def _contains(column: ColumnElement[str] | object, search: str) -> ColumnElement[bool]:
    pattern = search.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return func.lower(column).like(f"%{pattern}%", escape="\\")


def _page(
    work: Work,
    query: Select[Owned],
    table: type[Owned],
    page: PageRequest,
    teams: frozenset[str] | None,
) -> Page[Owned]:
    if teams is not None:
        query = query.where(or_(table.team_id.is_(None), table.team_id.in_(sorted(teams))))
    if page.after is not None:
        query = query.where(table.id < page.after)
    rows = work.session.scalars(query.order_by(table.id.desc()).limit(page.bounded + 1)).all()
    items = rows[: page.bounded]
    return Page(items, items[-1].id if len(rows) > page.bounded else None)


def find_policy(work: Work, policy_id: str) -> Policy | None:
    """The policy of that id."""
    return work.session.get(Policy, policy_id)


def policies_page(work: Work, page: PageRequest, teams: frozenset[str] | None) -> Page[Policy]:
    """Policies of those teams (None: all) and of the whole organisation, newest first."""
    return _page(work, select(Policy), Policy, page, teams)


def enabled_policies(work: Work) -> Sequence[Policy]:
    """Every policy that is switched on."""
    return work.session.scalars(select(Policy).where(Policy.is_enabled).order_by(Policy.id)).all()


def base_urls(work: Work) -> list[str]:
    """Where all providers lie, of whatever team."""
    return list(work.session.scalars(select(Provider.base_url)))


def find_key(work: Work, key_id: str) -> ProviderKey | None:
    """The further key of that id."""
    return work.session.get(ProviderKey, key_id)


def keys_of_providers(work: Work, provider_ids: Iterable[str]) -> Sequence[ProviderKey]:
    """The further keys of the providers, eldest first."""
    query = select(ProviderKey).where(ProviderKey.provider_id.in_(list(provider_ids))).order_by(ProviderKey.id)
    return work.session.scalars(query).all()


def deployments_with_key(work: Work, provider_id: str, key_id: str) -> Sequence[str]:
    """Names of the models that use this key of the provider and no other."""
    query = (
        select(Model.name)
        .join(Deployment, Deployment.model_id == Model.id)
        .where(Deployment.provider_id == provider_id, Deployment.key_id == key_id)
        .order_by(Model.name)
    )
    return work.session.scalars(query).all()


def alias_named(work: Work, name: str) -> ModelAlias | None:
    """The alias of that name."""
    return work.session.get(ModelAlias, name)


def aliases_of_models(work: Work, model_ids: Iterable[str]) -> Sequence[ModelAlias]:
    """The models' further names."""
    query = select(ModelAlias).where(ModelAlias.model_id.in_(list(model_ids))).order_by(ModelAlias.name)
    return work.session.scalars(query).all()


def delete_aliases(work: Work, model_id: str) -> None:
    """Take a model's further names away."""
    for alias in aliases_of_models(work, [model_id]):
        work.session.delete(alias)
    work.session.flush()


def models_of_ids(work: Work, model_ids: Iterable[str]) -> dict[str, Model]:
    """The models of those ids, as far as they are there."""
    rows = work.session.scalars(select(Model).where(Model.id.in_(list(model_ids))))
    return {row.id: row for row in rows}


def models_with_fallbacks(work: Work) -> Sequence[Model]:
    """Models for which others step in."""
    return [row for row in work.session.scalars(select(Model)) if row.fallbacks]
