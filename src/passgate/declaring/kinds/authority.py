"""Roles and scopes."""

from collections.abc import Iterable

from sqlalchemy import select

from passgate.declaring.authority_documents import RoleDocument, ScopeDocument
from passgate.declaring.desk import Desk
from passgate.declaring.kinds.kind import Kind
from passgate.identity.models import Application
from passgate.identity.role_schemas import CustomRoleChange, CustomRoleIn, ScopeChange, ScopeIn, ScopeView
from passgate.identity.roles import CustomRole
from passgate.identity.scopes import ScopeEntry
from passgate.identity.service import roles, scopes
from passgate.kernel.errors import InvalidInputError, NotFoundError
from passgate.kernel.permissions import Permission
from passgate.publishing.models import Service


class RoleKind(Kind[RoleDocument]):
    """Roles that are not built in."""

    name = "Role"

    def find(self, desk: Desk, given: RoleDocument) -> str | None:
        """By team and name."""
        team_id = None if given.team is None else desk.team_id(given.team)
        query = select(CustomRole.id).where(CustomRole.team_id == team_id, CustomRole.name == given.name)
        return desk.work.session.scalar(query)

    def present(self, desk: Desk, object_id: str) -> RoleDocument:
        """What it allows."""
        view = roles.get_role(desk.actor, desk.work, object_id)
        return RoleDocument(
            kind="Role",
            team=None if view.team_id is None else desk.team_name(view.team_id),
            name=view.name,
            description=view.description,
            permissions=list(view.permissions),
        )

    def settled(self, desk: Desk, given: RoleDocument, present: RoleDocument | None) -> RoleDocument:
        """Permissions in their order."""
        del desk, present
        return given.model_copy(update={"permissions": sorted(given.permissions)})

    def make(self, desk: Desk, wanted: RoleDocument) -> str:
        """Make it, with no permission that the actor does not hold."""
        given = CustomRoleIn(
            team_id=None if wanted.team is None else desk.team_id(wanted.team),
            name=wanted.name,
            description=wanted.description,
            permissions=wanted.permissions,
        )
        return roles.create_role(desk.actor, desk.work, given).id

    def change(self, desk: Desk, object_id: str, wanted: RoleDocument, present: RoleDocument) -> None:
        """Change all of it."""
        del present
        change = CustomRoleChange(description=wanted.description, permissions=wanted.permissions)
        roles.update_role(desk.actor, desk.work, object_id, change)

    def remove(self, desk: Desk, object_id: str) -> None:
        """Delete it, once nobody holds it."""
        roles.delete_role(desk.actor, desk.work, object_id)

    def listed(self, desk: Desk) -> Iterable[str]:
        """All but the built-in ones."""
        return [view.id for view in roles.list_roles(desk.actor, desk.work) if not view.is_built_in]


class ScopeKind(Kind[ScopeDocument]):
    """Scopes of the catalogue."""

    name = "Scope"

    def find(self, desk: Desk, given: ScopeDocument) -> str | None:
        """By the name."""
        return desk.work.session.scalar(select(ScopeEntry.id).where(ScopeEntry.name == given.name))

    def present(self, desk: Desk, object_id: str) -> ScopeDocument:
        """What it says, to its own team: whom it was granted to is for nobody else.

        Raises:
            InvalidInputError: it is of another team.
        """
        view = self._view(desk, object_id)
        if not desk.actor.may(Permission.SCOPE_READ, view.team_id):
            raise InvalidInputError(f"The scope {view.name} is another team's.", field="name")
        service = None if view.service_id is None else desk.work.session.get(Service, view.service_id)
        refs = [desk.application_ref(one) for one in view.granted_to]
        return ScopeDocument(
            kind="Scope",
            team=desk.team_name(view.team_id),
            name=view.name,
            description=view.description,
            service=service.name if service is not None and service.team_id == view.team_id else None,
            audience=view.audience,
            granted_to=tuple(
                sorted((one for one in refs if one is not None), key=lambda ref: (ref.team, ref.application))
            ),
        )

    def settled(self, desk: Desk, given: ScopeDocument, present: ScopeDocument | None) -> ScopeDocument:
        """Grants in their order."""
        del desk, present
        granted = sorted(set(given.granted_to), key=lambda ref: (ref.team, ref.application))
        return given.model_copy(update={"granted_to": tuple(granted)})

    def make(self, desk: Desk, wanted: ScopeDocument) -> str:
        """Put it into the catalogue."""
        given = ScopeIn(
            team_id=desk.team_id(wanted.team),
            name=wanted.name,
            description=wanted.description,
            service_id=self._service_id(desk, wanted),
            audience=wanted.audience,
        )
        made = scopes.create_scope(desk.actor, desk.work, given).id
        self._settle_grants(desk, made, wanted)
        return made

    def change(self, desk: Desk, object_id: str, wanted: ScopeDocument, present: ScopeDocument) -> None:
        """Change all of it but whose it is."""
        if wanted.team != present.team:
            raise InvalidInputError("A scope stays with its team.", field="team")
        change = ScopeChange(
            description=wanted.description, service_id=self._service_id(desk, wanted), audience=wanted.audience
        )
        scopes.update_scope(desk.actor, desk.work, object_id, change)
        self._settle_grants(desk, object_id, wanted)

    def remove(self, desk: Desk, object_id: str) -> None:
        """Take it out of the catalogue."""
        scopes.delete_scope(desk.actor, desk.work, object_id)

    def listed(self, desk: Desk) -> Iterable[str]:
        """Those of the actor's own teams."""
        found = scopes.list_scopes(desk.actor, desk.work)
        return [view.id for view in found if desk.actor.may(Permission.SCOPE_READ, view.team_id)]

    @staticmethod
    def _view(desk: Desk, object_id: str) -> ScopeView:
        found = next((one for one in scopes.list_scopes(desk.actor, desk.work) if one.id == object_id), None)
        if found is None:
            raise NotFoundError("No such scope.")
        return found

    @staticmethod
    def _service_id(desk: Desk, wanted: ScopeDocument) -> str | None:
        return None if wanted.service is None else desk.service_id(wanted.team, wanted.service)

    def _settle_grants(self, desk: Desk, object_id: str, wanted: ScopeDocument) -> None:
        granted = [one for one in self._view(desk, object_id).granted_to if desk.work.session.get(Application, one)]
        ids = {desk.known_application_id(ref, granted, field="granted_to") for ref in wanted.granted_to}
        for one in sorted(ids - set(granted)):
            scopes.grant_scope(desk.actor, desk.work, object_id, one)
        for one in sorted(set(granted) - ids):
            scopes.revoke_scope(desk.actor, desk.work, object_id, one)
