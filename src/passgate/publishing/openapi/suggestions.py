"""What a document lets one guess of the service: its address and how it asks who calls."""

from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, Field

from passgate.publishing.openapi.walking import Json, operations, resolved
from passgate.publishing.upstream_url import checked_upstream_url

_MOST = 20


class UpstreamSuggestion(BaseModel):
    """An address that the document names."""

    url: str
    description: str = ""
    usable: bool = Field(description="Whether it can be an upstream as it stands; a relative one cannot.")


class SecuritySuggestion(BaseModel):
    """A way in which the document says that callers show who they are."""

    name: str
    kind: str = Field(description="`apiKey`, `http`, `oauth2`, `openIdConnect` or `mutualTLS`.")
    header: str | None = Field(default=None, description="Header in which the upstream expects its credential.")
    scopes: list[str] = Field(default_factory=list, description="Scopes that operations ask for.")


def upstreams_of(document: Json) -> list[UpstreamSuggestion]:
    """The servers, variables replaced by their defaults."""
    found = []
    servers = document.get("servers")
    for server in servers if isinstance(servers, list) else []:
        url = str(server.get("url", ""))
        for name, variable in (server.get("variables") or {}).items():
            url = url.replace(f"{{{name}}}", str(variable.get("default", "")))
        found.append(
            UpstreamSuggestion(url=url, description=str(server.get("description") or ""), usable=_is_usable(url))
        )
    return found[:_MOST]


def security_of(document: Json) -> list[SecuritySuggestion]:
    """The security schemes, and the scopes that are asked for of each."""
    components = document.get("components") or {}
    asked: dict[str, set[str]] = {}
    holders = [document, *(operation for _, _, _, operation in operations(document))]
    for holder in holders:
        for requirement in holder.get("security") or ():
            for name, scopes in requirement.items():
                asked.setdefault(name, set()).update(str(scope) for scope in scopes)
    found = []
    for name, given in list((components.get("securitySchemes") or {}).items())[:_MOST]:
        scheme = resolved(document, given)
        found.append(
            SecuritySuggestion(
                name=name, kind=str(scheme.get("type")), header=_header(scheme), scopes=sorted(asked.get(name, ()))
            )
        )
    return found


def path_of_server(document: Json) -> str:
    """The path of the first server, which may serve as base path; no slash at the end."""
    first = next(iter(upstreams_of(document)), None)
    return urlsplit(first.url).path.rstrip("/") if first else ""


def _header(scheme: dict[str, Any]) -> str | None:
    if scheme.get("type") == "apiKey":
        return str(scheme.get("name")).lower() if scheme.get("in") == "header" else None
    return "authorization" if scheme.get("type") in {"http", "oauth2", "openIdConnect"} else None


def _is_usable(url: str) -> bool:
    try:
        checked_upstream_url(url)
    except ValueError:
        return False
    return True
