"""Users, without their passwords."""

from collections.abc import Iterable

from sqlalchemy import or_, select

from passgate.declaring.desk import Desk, every
from passgate.declaring.documents import TeamRolePart, UserDocument
from passgate.declaring.kinds.kind import Kind
from passgate.identity.models import User
from passgate.identity.roles import CustomRole
from passgate.identity.schemas import UserChange, UserIn
from passgate.identity.service import deletion, teams, users
from passgate.kernel.errors import NotFoundError
from passgate.kernel.permissions import Permission, Role

_BUILT_IN = frozenset(Role)


class UserKind(Kind[UserDocument]):
    """People. Who is made by a document has no password that anybody knows."""

    name = "User"

    def find(self, desk: Desk, given: UserDocument) -> str | None:
        """By the e-mail; nobody learns by trying who else there is."""
        desk.actor.require_somewhere(Permission.USER_READ)
        found = desk.work.session.scalar(select(User.id).where(User.email == given.email))
        try:
            return None if found is None else users.get_user(desk.actor, desk.work, found).id
        except NotFoundError:
            return None

    def present(self, desk: Desk, object_id: str) -> UserDocument:
        """Who it is, and the roles."""
        row = users.get_user(desk.actor, desk.work, object_id)
        held = users.teams_of_user(desk.actor, desk.work, object_id)
        parts = [TeamRolePart(team=one.team.name, role=_role_name(desk, one.role)) for one in held]
        return UserDocument(
            kind="User",
            email=row.email,
            name=row.name,
            is_admin=row.is_admin,
            is_active=row.is_active,
            role=None if row.organisation_role is None else _role_name(desk, row.organisation_role),
            teams=tuple(sorted(parts, key=lambda part: part.team)),
        )

    def settled(self, desk: Desk, given: UserDocument, present: UserDocument | None) -> UserDocument:
        """Teams in their order; as they are where it does not say."""
        del desk
        before = present.teams if present is not None else ()
        parts = before if given.teams is None else tuple(sorted(given.teams, key=lambda part: part.team))
        return given.model_copy(update={"teams": parts})

    def make(self, desk: Desk, wanted: UserDocument) -> str:
        """Add it. The password is chance, and told to nobody."""
        given = UserIn(
            email=wanted.email, name=wanted.name, password=desk.work.ids.secret("pw"), is_admin=wanted.is_admin
        )
        made = users.create_user(desk.actor, desk.work, given).id
        told = "signs in by an identity provider that links users, or once an administrator sets a password"
        desk.notes.append(f"{wanted.email} {told}.")
        blank = UserDocument(kind="User", email=wanted.email, name=wanted.name, is_admin=wanted.is_admin, teams=())
        self.change(desk, made, wanted, blank)
        return made

    def change(self, desk: Desk, object_id: str, wanted: UserDocument, present: UserDocument) -> None:
        """Change what differs."""
        changed: dict[str, object] = {
            name: getattr(wanted, name)
            for name in ("name", "is_admin", "is_active")
            if getattr(wanted, name) != getattr(present, name)
        }
        if wanted.role != present.role:
            changed["organisation_role"] = None if wanted.role is None else _role_id(desk, wanted.role, None)
        if changed:
            users.update_user(desk.actor, desk.work, object_id, UserChange.model_validate(changed))
        before = {part.team: part.role for part in present.teams or ()}
        after = {part.team: part.role for part in wanted.teams or ()}
        for team, role in after.items():
            if before.get(team) != role:
                team_id = desk.team_id(team, field="teams")
                teams.set_member(desk.actor, desk.work, team_id, object_id, _role_id(desk, role, team_id))
        for team in before.keys() - after.keys():
            teams.remove_member(desk.actor, desk.work, desk.team_id(team, field="teams"), object_id)

    def remove(self, desk: Desk, object_id: str) -> None:
        """Delete it; the sessions end and the tokens are revoked."""
        deletion.delete_user(desk.actor, desk.work, object_id)

    def listed(self, desk: Desk) -> Iterable[str]:
        """All, for who may make users; what others may read of them is nothing that they could apply."""
        if not desk.actor.may(Permission.USER_WRITE, None):
            return []
        return [row.id for row in every(lambda page: users.list_users(desk.actor, desk.work, page))]


def _role_name(desk: Desk, role: str) -> str:
    row = None if role in _BUILT_IN else desk.work.session.get(CustomRole, role)
    return role if row is None else row.name


def _role_id(desk: Desk, name: str, team_id: str | None) -> str:
    """A role of the team's own, one for all teams, or one that is built in.

    Raises:
        NotFoundError: there is none.
    """
    if name in _BUILT_IN:
        return name
    query = select(CustomRole).where(
        CustomRole.name == name, or_(CustomRole.team_id == team_id, CustomRole.team_id.is_(None))
    )
    found = sorted(desk.work.session.scalars(query), key=lambda row: row.team_id is None)
    if not found:
        raise NotFoundError(f"There is no role {name} here.", field="role" if team_id is None else "teams")
    return found[0].id
