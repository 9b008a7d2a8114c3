"""What the requests of one unit of work have in common, looked up once.

All of it is read in one transaction, so keeping it for the length of that transaction changes nothing that anybody
could see; beyond it nothing is kept.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from sqlalchemy import Table, inspect

from passgate.identity.models import SigningKey, Token
from passgate.identity.oauth.client import Client, find_client
from passgate.identity.service.keys import ensure_signing_key
from passgate.identity.service.revocation import earliest_issue
from passgate.identity.service.scopes import check_scopes, roles_of_bearer
from passgate.identity.service.token_lifetimes import lifetime_of
from passgate.identity.token_names import note_names
from passgate.identity.token_tables import TokenKind, folded
from passgate.storage.work import Work

_TOKENS = cast("Table", Token.__table__)
_COLUMNS = tuple(inspect(Token).columns.keys())
_KEY = "passgate_oauth_shared_work"
T = TypeVar("T")


@dataclass(slots=True)
class SharedWork:
    """Looks things up once, and writes the registry's rows together."""

    work: Work
    _found: dict[Hashable, Any] = field(default_factory=dict)
    _rows: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, work: Work) -> "SharedWork":
        """The one of this unit of work."""
        found: SharedWork = work.session.info.setdefault(_KEY, cls(work))
        return found

    def client(self, client_id: str) -> Client | None:
        """The client of that id."""
        return self.once(("client", client_id), lambda: find_client(self.work, client_id))

    def key(self) -> SigningKey:
        """The key that signs."""
        return self.once("key", lambda: ensure_signing_key(self.work))

    def earliest(self, subject: str, application_id: str | None) -> int:
        """From when on a token of theirs holds."""
        return self.once(
            ("earliest", subject, application_id), lambda: earliest_issue(self.work, subject, application_id)
        )

    def longest(self, kind: TokenKind, team_id: str | None, application_id: str | None) -> int:
        """How many seconds such a token may live."""
        return self.once(
            ("longest", kind, team_id, application_id),
            lambda: lifetime_of(self.work, kind, team_id, application_id).maximum_seconds,
        )

    def roles(self, application_id: str | None, user_id: str | None, team_id: str | None) -> list[str]:
        """The roles in such a token."""
        return self.once(
            ("roles", application_id, user_id, team_id),
            lambda: list(roles_of_bearer(self.work, application_id, user_id, team_id)),
        )

    def check_scopes(self, client: Client, scopes: list[str], audiences: list[str]) -> None:
        """Refuse scopes that the client's application may not have.

        Raises:
            PassgateError: names the scope.
        """
        application_id, team_id = client.application_id, client.team_id
        if application_id is not None and team_id is not None:
            self.once(
                ("scopes", application_id, *scopes, "", *audiences),
                lambda: check_scopes(self.work, application_id, team_id, scopes, audiences),
            )

    def register(self, row: Token) -> None:
        """Put a token into the registry, with the others of this unit of work."""
        self._rows.append({name: getattr(row, name) for name in _COLUMNS})

    def write(self) -> None:
        """Write what was registered; the mapper's way would cost twice as much."""
        if self._rows:
            note_names(self.work, {folded(row["name"]) for row in self._rows})
            self.work.session.connection().execute(_TOKENS.insert(), self._rows)
            self._rows.clear()

    def once(self, name: Hashable, look_up: Callable[[], T]) -> T:
        """What is found under the name; looked up where nobody has yet."""
        if name not in self._found:
            self._found[name] = look_up()
        return cast("T", self._found[name])
