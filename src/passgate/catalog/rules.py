"""How a model's calls find an answer: its further names, its strategy, its fallback models."""

from collections.abc import Sequence
from typing import Any

from passgate.catalog import repository
from passgate.catalog.errors import NameTakenError
from passgate.catalog.models import Model, ModelAlias
from passgate.catalog.schemas import FallbackView, ModelChange
from passgate.kernel.errors import InvalidInputError
from passgate.storage.constraints import refusing
from passgate.storage.work import Work


def is_name_taken(work: Work, name: str) -> bool:
    """Whether a model, or an alias of one, bears that public name."""
    return repository.model_named(work, name) is not None or repository.alias_named(work, name) is not None


def change_rules(work: Work, row: Model, change: ModelChange) -> None:
    """Change what the change names of a model's rules.

    Raises:
        NameTakenError: a model bears one of the aliases, or another model has it too.
        InvalidInputError: a fallback is named twice, is of another kind or team, is not there, or is the model itself.
    """
    given = change.model_fields_set
    if change.aliases is not None:
        _set_aliases(work, row, change.aliases)
    if change.strategy is not None:
        row.strategy = change.strategy
    if "sticky" in given:
        row.sticky = change.sticky
    if change.retries is not None:
        row.retries = change.retries
    if "time_limits" in given:
        row.time_limits = change.time_limits.model_dump(exclude_none=True) if change.time_limits else {}
    if change.fallbacks is not None:
        row.fallbacks = _checked_fallbacks(work, row, change.fallbacks)
    work.session.flush()


def rule_views(work: Work, rows: Sequence[Model]) -> dict[str, dict[str, Any]]:
    """By the models' ids, what is shown of their further names and of the models that step in."""
    aliases: dict[str, list[str]] = {row.id: [] for row in rows}
    for alias in repository.aliases_of_models(work, aliases):
        aliases[alias.model_id].append(alias.name)
    wanted = {one for row in rows for one in row.fallbacks}
    others = repository.models_of_ids(work, wanted) if wanted else {}
    return {
        row.id: {
            "aliases": aliases[row.id],
            "fallbacks": [FallbackView(id=one, name=others[one].name) for one in row.fallbacks if one in others],
        }
        for row in rows
    }


def forget_model(work: Work, row: Model) -> None:
    """Before a model goes: its further names go, and it steps in for no other any more."""
    repository.delete_aliases(work, row.id)
    for other in repository.models_with_fallbacks(work):
        if row.id in other.fallbacks:
            other.fallbacks = [one for one in other.fallbacks if one != row.id]
    work.session.flush()


def _set_aliases(work: Work, row: Model, names: Sequence[str]) -> None:
    for number, name in enumerate(names):
        field = f"aliases.{number}"
        if name in names[:number]:
            raise InvalidInputError(f"The alias {name!r} is there twice.", field=field)
        alias = repository.alias_named(work, name)
        if repository.model_named(work, name) is not None or (alias is not None and alias.model_id != row.id):
            raise NameTakenError(f"The public name {name!r} is taken.", field=field)
    present = {alias.name: alias for alias in repository.aliases_of_models(work, [row.id])}
    for name, alias in present.items():
        if name not in names:
            work.session.delete(alias)
    with refusing(work, NameTakenError("One of the aliases is taken.", field="aliases")):
        work.session.add_all(ModelAlias(name=name, model_id=row.id) for name in names if name not in present)


def _checked_fallbacks(work: Work, row: Model, ids: Sequence[str]) -> list[str]:
    found = repository.models_of_ids(work, ids)
    for number, one in enumerate(ids):
        field = f"fallbacks.{number}"
        model = found.get(one)
        if model is None or model.team_id not in {None, row.team_id}:
            raise InvalidInputError("There is no such model that may step in for this one.", field=field)
        if one == row.id or one in ids[:number]:
            raise InvalidInputError(f"{model.name!r} is this model, or is there twice.", field=field)
        if model.kind != row.kind:
            raise InvalidInputError(f"{model.name!r} is for {model.kind}, not for {row.kind}.", field=field)
    return list(ids)
