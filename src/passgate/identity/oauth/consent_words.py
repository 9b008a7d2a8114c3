"""What a person is told of what a client asks for."""

from collections.abc import Iterable

from sqlalchemy import select

from passgate.identity.oauth.client import COMMAND_LINE, Client
from passgate.identity.oauth.grant_types import OPENID_SCOPES
from passgate.identity.scopes import ScopeEntry
from passgate.storage.work import Work


def words_of(work: Work, client: Client, scopes: Iterable[str]) -> list[tuple[str, str]]:
    """Each scope with its words: OpenID Connect's own, the catalogue's, or the scope's name alone."""
    wanted = list(scopes)
    query = select(ScopeEntry.name, ScopeEntry.description).where(ScopeEntry.name.in_(wanted))
    known = {**dict(work.session.execute(query).all()), **OPENID_SCOPES}
    found = [(known.get(scope) or f"Use {scope}", scope) for scope in wanted]
    if client.id == COMMAND_LINE and not wanted:
        return [("Do in your name all that you may do in Passgate", "")]
    return found or [("Know that you agreed", "")]
