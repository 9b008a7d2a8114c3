"""What a kind works with: who acts, the unit of work, and things by their names."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import SecretStr
from sqlalchemy import select

from passgate.declaring.documents import ApplicationRef
from passgate.declaring.variables import UNRESOLVED
from passgate.identity.issuers.following import Seen
from passgate.identity.models import Application, Team
from passgate.identity.service.applications import get_application
from passgate.kernel.actor import Actor
from passgate.kernel.errors import InvalidInputError, NotFoundError, PassgateError
from passgate.kernel.pagination import MAX_PAGE, Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.publishing.models import Service, Subscription
from passgate.publishing.openapi.intake import Intake
from passgate.publishing.service.services import visible_service
from passgate.storage.work import Work

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Desk:
    """One application of documents."""

    actor: Actor
    work: Work
    intakes: Mapping[str, Intake] = field(default_factory=dict)
    """OpenAPI documents by the SHA-256 of the texts given: read beforehand, since that takes seconds."""
    seen: Mapping[str, Seen] = field(default_factory=dict)
    """What was found at issuers that are to be trusted, by what they are called: looked at beforehand, too."""
    own_issuer: str = ""
    """Passgate's own, which is not to be trusted once more."""
    notes: list[str] = field(default_factory=list)
    """What whoever applies should know."""

    def team_id(self, name: str, *, field: str = "team") -> str:
        """The id of a team.

        Raises:
            NotFoundError: no such team, or none that the actor has a part in.
        """
        team = self.work.session.scalar(select(Team).where(Team.name == name))
        refusal = NotFoundError(f"There is no team {name}.", field=field)
        if team is None or not (self.actor.everywhere or team.id in self.actor.by_team):
            raise refusal
        return team.id

    def known_team_id(self, name: str, *, field: str) -> str:
        """The id of any team, for naming another one as a partner; raises as :meth:`team_id`."""
        team = self.work.session.scalar(select(Team).where(Team.name == name))
        if team is None:
            raise NotFoundError(f"There is no team {name}.", field=field)
        return team.id

    def team_name(self, team_id: str) -> str:
        """The name of a team that is there."""
        return self.work.session.get_one(Team, team_id).name

    def application_id(self, team: str, name: str, *, field: str = "application") -> str:
        """The id of a team's application.

        Raises:
            NotFoundError: there is none, or the actor has no part in the team.
        """
        query = select(Application).where(Application.team_id == self.team_id(team), Application.name == name)
        row = self.work.session.scalar(query)
        if row is None:
            raise NotFoundError(f"{team} has no application {name}.", field=field)
        return get_application(self.actor, self.work, row.id).id

    def known_application_id(self, ref: ApplicationRef, already: Collection[str] = (), *, field: str) -> str:
        """The id of an application of any team that the actor knows of.

        That is one of its own teams, one that subscribes to a service of theirs, or one that is named there already:
        who else there is, nobody learns by trying.

        Raises:
            NotFoundError: there is none.
        """
        query = select(Application).join(Team, Team.id == Application.team_id)
        row = self.work.session.scalar(query.where(Team.name == ref.team, Application.name == ref.application))
        if row is None or not (row.id in already or self.knows_application(row)):
            raise NotFoundError(
                f"There is no application {ref.application} of {ref.team} that you know of.", field=field
            )
        return row.id

    def knows_application(self, row: Application) -> bool:
        """Whether the actor may know that the application is there."""
        if self.actor.may(Permission.APPLICATION_READ, row.team_id):
            return True
        teams = self.actor.teams_with(Permission.SUBSCRIPTION_READ)
        query = select(Subscription.id).join(Service, Service.id == Subscription.service_id)
        query = query.where(Subscription.application_id == row.id)
        if teams is not None:
            query = query.where(Service.team_id.in_(teams))
        return self.work.session.scalar(query.limit(1)) is not None

    def application_ref(self, application_id: str) -> ApplicationRef | None:
        """The application by its names; None: it is gone."""
        row = self.work.session.get(Application, application_id)
        return None if row is None else ApplicationRef(team=self.team_name(row.team_id), application=row.name)

    def service_id(self, team: str, name: str, *, field: str = "service") -> str:
        """The id of a team's service that the actor may know of.

        Raises:
            NotFoundError: there is none.
            InvalidInputError: several have the name.
        """
        team_id = self.known_team_id(team, field=f"{field}_team")
        found = self.services_named(team_id, name, field=field)
        if found is None:
            raise NotFoundError(f"{team} has no service {name}.", field=field)
        return visible_service(self.actor, self.work, found).id

    def services_named(self, team_id: str, name: str, *, field: str = "name") -> str | None:
        """The id of the team's one service of that name; None: there is none.

        Raises:
            InvalidInputError: several have it.
        """
        query = select(Service.id).where(Service.team_id == team_id, Service.name == name)
        return only(self.work.session.scalars(query).all(), f"services named {name}", field)

    def secret(self, given: SecretStr | None, stored: str | None, field: str) -> SecretStr | None:
        """A secret that is to be stored; None: it stays as it is.

        Raises:
            InvalidInputError: it stands for a variable that nobody put in, and nothing is stored.
        """
        if given is None:
            return None
        value = given.get_secret_value()
        if value.startswith(UNRESOLVED):
            if stored is None:
                remedy = "set the variable" if value.startswith(UNRESOLVED[0]) else "there is no such file"
                raise InvalidInputError(f"{value} has no value: {remedy}.", field=field)
            self.notes.append(f"{value} has no value: {field} stays as it is.")
            return None
        return None if stored is not None and self.work.vault.open(stored) == value else given


def only(found: Sequence[str], what: str, field: str) -> str | None:
    """The one of those that were found; None: none was.

    Raises:
        InvalidInputError: several, so that a name does not tell which.
    """
    if len(found) > 1:
        raise InvalidInputError(f"There are several {what}; a document cannot say which.", field=field)
    return found[0] if found else None


def every(listed: Callable[[PageRequest], Page[Item]]) -> Iterator[Item]:
    """All items of a list, page by page."""
    cursor: str | None = None
    while True:
        page = listed(PageRequest(MAX_PAGE, cursor))
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return


@contextmanager
def at_field(prefix: str) -> Iterator[None]:
    """Have refusals say that the field at fault is a part of this one."""
    try:
        yield
    except PassgateError as error:
        error.field = f"{prefix}.{error.field}" if error.field else prefix
        raise
