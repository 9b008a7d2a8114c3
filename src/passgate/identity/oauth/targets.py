"""For whom a token may be asked: resource indicators (RFC 8707)."""

from collections.abc import Iterable

from passgate.identity.oauth.client import COMMAND_LINE, Client
from passgate.identity.oauth.discovery import is_tools_url
from passgate.identity.oauth.protocol import InvalidTargetError, OAuthSite
from passgate.identity.service.actors import API_AUDIENCE

_MOST = 5


def audiences_for(client: Client, site: OAuthSite, wanted: Iterable[str]) -> list[str]:
    """The audiences asked for; without any, the gate's (the management API's for the command line).

    Raises:
        InvalidTargetError: one that the client may not have tokens for.
    """
    found = list(dict.fromkeys(_audience(site, each) for each in wanted))
    usual = API_AUDIENCE if client.id == COMMAND_LINE else site.issuer.audience
    if not found:
        return [usual]
    if len(found) > _MOST:
        raise InvalidTargetError(f"A token has at most {_MOST} audiences.")
    for each in found:
        if each != usual and each not in client.audiences:
            raise InvalidTargetError("The client may not have tokens for that resource.")
    return found


def narrowed_audiences(granted: list[str], site: OAuthSite, wanted: Iterable[str]) -> list[str]:
    """Those of a grant that are asked for; all where none is.

    Raises:
        InvalidTargetError: one that was not granted.
    """
    found = list(dict.fromkeys(_audience(site, each) for each in wanted))
    if not set(found) <= set(granted):
        raise InvalidTargetError("That resource was not granted.")
    return found or granted


def _audience(site: OAuthSite, wanted: str) -> str:
    """Clients of MCP name the URL that they call (RFC 9728 section 3); all of the gate's are one audience."""
    return site.issuer.audience if wanted == site.url or is_tools_url(site, wanted) else wanted
