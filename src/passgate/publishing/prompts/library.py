"""Prompts to start from, as data of the package."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import BaseModel, Field

from passgate.contracts.prompt import PromptDefinition

_OWN = ("id", "name", "summary", "base_path", "sample")


class PromptTemplate(BaseModel):
    """A prompt that somebody may start from."""

    id: str
    name: str
    summary: str
    base_path: str = Field(description="Where it may be published.")
    sample: dict[str, Any] = Field(description="An input to try it with.")
    prompt: PromptDefinition = Field(description="Without a model, which its author picks.")


@cache
def prompt_templates() -> tuple[PromptTemplate, ...]:
    """All of the library."""
    text = files("passgate.publishing.prompts").joinpath("data/library.toml").read_text(encoding="utf-8")
    return tuple(_template(row) for row in tomllib.loads(text)["prompt"])


def _template(row: dict[str, Any]) -> PromptTemplate:
    definition = {name: value for name, value in row.items() if name not in _OWN}
    prompt = PromptDefinition.model_validate({**definition, "models": ()})
    return PromptTemplate(**{name: row[name] for name in _OWN}, prompt=prompt)
