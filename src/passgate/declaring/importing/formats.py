"""The formats that can be imported."""

from collections.abc import Callable, Mapping
from pathlib import Path

from passgate.declaring.importing import apipark, kong, litellm, openapi
from passgate.declaring.importing.part import Translation

OWN_TEAM = "Imported"
"""Whose things are that come from a format without teams, unless one is named."""

FORMATS: Mapping[str, Callable[[Path, str | None], Translation]] = {
    "kong": lambda path, team: kong.translated(path, team or OWN_TEAM),
    "litellm": litellm.translated,
    "apipark": apipark.translated,
    "openapi": lambda path, team: openapi.translated(path, team or OWN_TEAM),
}
"""By the name of the format: from a file or folder, and perhaps the name of a team, to documents of ours."""
