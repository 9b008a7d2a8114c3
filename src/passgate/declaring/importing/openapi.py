"""An OpenAPI document (3.0, 3.1, Swagger 2.0) as a service with its routes."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from passgate.declaring.importing.part import Part, Translation
from passgate.declaring.importing.source import read_text
from passgate.kernel.errors import InvalidInputError
from passgate.publishing.openapi.intake import take_in
from passgate.publishing.upstream_url import checked_upstream_url

_VARIABLE = re.compile(r"\{([^{}]+)\}")
_LONGEST = 100


def translated(path: Path, team: str) -> Translation:
    """The service that the document describes, at a base path made of its title.

    Raises:
        DocumentRefusedError: the document breaks a rule; names each place.
        InvalidInputError: it cannot be read.
    """
    intake = take_in(read_text(path))
    translation = Translation()
    source = Part(intake.document, "", translation)
    info = source.part("info")
    name = " ".join(info.text("title", "Service").split())[:_LONGEST] or "Service"
    version: dict[str, Any] = {"name": "v1", "document": {"text": intake.text}}
    upstream = _upstream(source)
    if upstream is None:
        version["state"] = "draft"
        source.leave("servers", "None is an absolute URL: give the version an upstream_url, and publish it.")
    else:
        version["upstream_url"] = upstream
    service = {"kind": "Service", "team": team, "name": name, "base_path": f"/{slug_of(name)}", "versions": [version]}
    for note in intake.notes:
        translation.leave("", note)
    _tell_of_access(source)
    translation.documents = [{"kind": "Team", "name": team}, service]
    return translation


def slug_of(name: str) -> str:
    """A name as a segment of a base path."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "service"


def _upstream(source: Part) -> str | None:
    found = None
    for at, server in enumerate(source.parts("servers")):
        url = server.text("url")
        url = _filled(url, server.part("variables").content)
        if found is not None:
            source.leave(f"servers.{at}", f"{url} is a further server: make an address of the upstream of it.")
            continue
        try:
            found = checked_upstream_url(url) if "://" in url else None
        except ValueError as error:
            raise InvalidInputError(f"servers.{at}.url: {error}.") from None
    return found


def _filled(url: str, variables: Mapping[str, Any]) -> str:
    """A server's URL with the defaults of its variables."""
    return _VARIABLE.sub(lambda match: str((variables.get(match[1]) or {}).get("default", "")), url)


def _tell_of_access(source: Part) -> None:
    """What the gate asks of callers is its own; what the document says of it is for the upstream."""
    rule = "Who may call is the service's access here: a subscription, unless you say otherwise."
    for scheme in source.part("components").part("securitySchemes").content:
        source.translation.leave(f"components.securitySchemes.{scheme}", rule)
    if source.take("webhooks"):
        source.leave("webhooks", "Calls that the upstream makes do not pass the gate.")
