"""Teams and applications."""

from collections.abc import Iterable

from sqlalchemy import select

from passgate.declaring.desk import Desk, every
from passgate.declaring.documents import ApplicationDocument, TeamDocument
from passgate.declaring.kinds.kind import Kind
from passgate.identity.models import Application, Team
from passgate.identity.schemas import ApplicationChange, ApplicationIn, TeamIn
from passgate.identity.service import applications, scopes, teams
from passgate.identity.service.deletion import delete_team


class TeamKind(Kind[TeamDocument]):
    """Teams; their members are people, and no part of documents."""

    name = "Team"

    def find(self, desk: Desk, given: TeamDocument) -> str | None:
        """By the name."""
        return desk.work.session.scalar(select(Team.id).where(Team.name == given.name))

    def present(self, desk: Desk, object_id: str) -> TeamDocument:
        """Its name."""
        return TeamDocument(kind="Team", name=teams.get_team(desk.actor, desk.work, object_id).name)

    def make(self, desk: Desk, wanted: TeamDocument) -> str:
        """Add it."""
        return teams.create_team(desk.actor, desk.work, TeamIn(name=wanted.name)).id

    def change(self, desk: Desk, object_id: str, wanted: TeamDocument, present: TeamDocument) -> None:
        """Nothing: all that it has is its name."""

    def remove(self, desk: Desk, object_id: str) -> None:
        """Delete it, once it owns nothing."""
        delete_team(desk.actor, desk.work, object_id)

    def listed(self, desk: Desk) -> Iterable[str]:
        """All."""
        return [row.id for row in every(lambda page: teams.list_teams(desk.actor, desk.work, page))]


class ApplicationKind(Kind[ApplicationDocument]):
    """Applications."""

    name = "Application"

    def find(self, desk: Desk, given: ApplicationDocument) -> str | None:
        """By team and name."""
        query = select(Application.id).where(
            Application.team_id == desk.team_id(given.team), Application.name == given.name
        )
        return desk.work.session.scalar(query)

    def present(self, desk: Desk, object_id: str) -> ApplicationDocument:
        """What it says."""
        row = applications.get_application(desk.actor, desk.work, object_id)
        return ApplicationDocument(
            kind="Application",
            team=desk.team_name(row.team_id),
            name=row.name,
            description=row.description,
            models=None if row.models is None else tuple(row.models),
            is_active=row.is_active,
            body_log_days=row.body_log_days,
            roles=tuple(scopes.list_application_roles(desk.actor, desk.work, object_id)),
        )

    def export(self, desk: Desk, object_id: str) -> ApplicationDocument:
        """Roles only where it has some."""
        found = self.present(desk, object_id)
        return found.model_copy(update={"roles": found.roles or None})

    def settled(
        self, desk: Desk, given: ApplicationDocument, present: ApplicationDocument | None
    ) -> ApplicationDocument:
        """Roles in their order; as they are where it does not say."""
        del desk
        before = present.roles if present is not None else ()
        return given.model_copy(update={"roles": before if given.roles is None else tuple(sorted(given.roles))})

    def make(self, desk: Desk, wanted: ApplicationDocument) -> str:
        """Add it."""
        given = ApplicationIn(
            team_id=desk.team_id(wanted.team),
            name=wanted.name,
            description=wanted.description,
            models=None if wanted.models is None else list(wanted.models),
            body_log_days=wanted.body_log_days,
        )
        made = applications.create_application(desk.actor, desk.work, given)
        if not wanted.is_active:
            applications.update_application(desk.actor, desk.work, made.id, ApplicationChange(is_active=False))
        if wanted.roles:
            scopes.set_application_roles(desk.actor, desk.work, made.id, wanted.roles)
        return made.id

    def change(self, desk: Desk, object_id: str, wanted: ApplicationDocument, present: ApplicationDocument) -> None:
        """Change all of it."""
        change = ApplicationChange(
            description=wanted.description,
            models=None if wanted.models is None else list(wanted.models),
            is_active=wanted.is_active,
            body_log_days=wanted.body_log_days,
        )
        applications.update_application(desk.actor, desk.work, object_id, change)
        if wanted.roles != present.roles:
            scopes.set_application_roles(desk.actor, desk.work, object_id, wanted.roles or ())

    def remove(self, desk: Desk, object_id: str) -> None:
        """Delete it, with its tokens and subscriptions."""
        applications.delete_application(desk.actor, desk.work, object_id)

    def listed(self, desk: Desk) -> Iterable[str]:
        """All."""
        found = every(lambda page: applications.list_applications(desk.actor, desk.work, page))
        return [row.id for row in found]
