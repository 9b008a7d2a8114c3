"""LiteLLM's ``config.yaml``: its model list, router settings and fallbacks."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from passgate.declaring.importing.litellm_models import LiteLlmModels
from passgate.declaring.importing.part import Part, Translation
from passgate.declaring.importing.source import read_mapping

_STRATEGIES = {
    "simple-shuffle": "weighted",
    "least-busy": "least-busy",
    "latency-based-routing": "least-latency",
    "cost-based-routing": "lowest-cost",
}
_MOST_RETRIES = 5
_MOST_SECONDS = 600
_SECTIONS = {
    "general_settings": "How Passgate itself runs is set by its own settings (docs/settings.md).",
    "environment_variables": "Set them where Passgate, or `passgate apply`, runs.",
    "mcp_servers": "See docs/mcp.md.",
    "guardrails": "Masking and bounds are an AiPolicy here; say anew what is to be found.",
}


def translated(path: Path, team: str | None) -> Translation:
    """Providers and models; of the whole organisation, unless a team is named.

    Raises:
        InvalidInputError: it cannot be read.
    """
    translation = Translation()
    source = Part(read_mapping(path), "", translation)
    models = LiteLlmModels(translation, team)
    for one in source.parts("model_list", "model_name"):
        models.add(one)
    _router(source.part("router_settings"), models)
    _settings(source.part("litellm_settings"), models)
    for name, reason in _SECTIONS.items():
        for key in source.part(name).content:
            source.leave(f"{name}.{key}", reason)
    source.close()
    team_documents = [{"kind": "Team", "name": team}] if team is not None else []
    translation.documents = [*team_documents, *models.documents()]
    return translation


def _router(settings: Part, models: LiteLlmModels) -> None:
    strategy = settings.text("routing_strategy", "simple-shuffle")
    if strategy in _STRATEGIES:
        models.for_all("strategy", _STRATEGIES[strategy])
    else:
        settings.leave("routing_strategy", f"There is no strategy {strategy}; there are {', '.join(_STRATEGIES)}.")
    _retries(settings, models)
    _whole(settings, "timeout", models)
    _fallbacks(settings, "fallbacks", models)
    for alias, wanted in settings.part("model_group_alias").content.items():
        name = wanted.get("model") if isinstance(wanted, Mapping) else wanted
        if not models.alias(str(name), str(alias)):
            settings.leave(f"model_group_alias.{alias}", f"The list has no model {name}.")
    settings.close(reason="Where deployments rest, and what nodes share, Passgate decides by itself (docs/routing.md).")


def _settings(settings: Part, models: LiteLlmModels) -> None:
    _retries(settings, models)
    _whole(settings, "request_timeout", models)
    _fallbacks(settings, "fallbacks", models)
    for name in settings.texts("default_fallbacks"):
        models.step_in_for_all(name)
    cache = settings.part("cache_params")
    if settings.take("cache"):
        seconds = cache.take("ttl")
        if isinstance(seconds, int | float) and seconds >= 1:
            models.cache(int(seconds))
        else:
            settings.leave("cache", "Answers are kept as long as an AiPolicy says: name cache_seconds there.")
    cache.close(reason="The gate's cache is its own.")
    settings.ignore("drop_params")
    settings.close(reason="It has no counterpart; what is dropped in a translation is told in x-passgate-dropped.")


def _retries(settings: Part, models: LiteLlmModels) -> None:
    if settings.take("num_retries") is None:
        return
    count = settings.number("num_retries")
    if count > _MOST_RETRIES:
        settings.leave("num_retries", f"{_MOST_RETRIES} are the most.")
    models.for_all("retries", min(max(count, 0), _MOST_RETRIES))


def _whole(settings: Part, name: str, models: LiteLlmModels) -> None:
    seconds = settings.take(name)
    if seconds is None:
        return
    if not isinstance(seconds, int | float) or not 0 < seconds <= _MOST_SECONDS:
        settings.leave(name, f"A call may take {_MOST_SECONDS} seconds at most.")
        return
    models.for_all("time_limits", {"whole": float(seconds)})


def _fallbacks(settings: Part, name: str, models: LiteLlmModels) -> None:
    """A list of mappings, each of a model to those that step in for it."""
    for number, one in enumerate(settings.parts(name)):
        for model, others in one.content.items():
            for other in _names(others):
                if not models.step_in(str(model), other):
                    settings.leave(f"{name}.{number}.{model}", f"The list has no such model, or no {other}.")


def _names(value: Any) -> list[str]:  # noqa: ANN401 - a foreign value
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]
