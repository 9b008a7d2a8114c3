"""One team: its members and their roles."""

from collections.abc import Sequence
from dataclasses import dataclass

from nicegui.page_arguments import PageArguments

from passgate.console.components.button import button
from passgate.console.components.card import card, card_head
from passgate.console.components.confirm import confirm
from passgate.console.components.copyable import identifier
from passgate.console.components.dialog import form_dialog
from passgate.console.components.empty import empty, next_step
from passgate.console.components.facts import facts
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.moment import Moment
from passgate.console.components.page_header import page_header
from passgate.console.components.table import Column, Row, Table, act, tag
from passgate.console.components.text import box
from passgate.console.edge import MOUNT_PATH
from passgate.console.visit import Visit
from passgate.identity.models import Team
from passgate.identity.schemas import Member, MemberIn, TeamIn
from passgate.identity.service.deletion import delete_team
from passgate.identity.service.roles import list_roles
from passgate.identity.service.teams import get_team, list_members, remove_member, set_member, update_team
from passgate.identity.service.users import list_users
from passgate.kernel.actor import Actor
from passgate.kernel.pagination import MAX_PAGE, PageRequest
from passgate.kernel.permissions import Permission, Role
from passgate.storage.work import Work

_COLUMNS = (
    Column("name", "Name", "main"),
    Column("role", "Role", "badge"),
    Column("status", "Status", "badge"),
    Column("actions", "Actions", "actions"),
)


@dataclass(frozen=True, slots=True)
class _Found:
    team: Team
    members: Sequence[Member]
    may_write: bool
    may_delete: bool


async def show(visit: Visit, args: PageArguments) -> None:
    """Build the page."""
    found = await visit.ask(_find, args.path_parameters["team_id"])
    team = found.team

    async def add() -> None:
        await _ask_for_member(visit, team, None)

    async def acted(user_id: str, name: str) -> None:
        member = next(one for one in found.members if one.user_id == user_id)
        if name == "role":
            await _ask_for_member(visit, team, member)
        else:
            _ask_to_remove(visit, team, member)

    with page_header(team.name, trail=[("Teams", f"{MOUNT_PATH}/teams")]):
        if found.may_write:
            button("Rename", lambda: _ask_for_name(visit, team), icon="edit")
            if found.may_delete:
                button("Delete", lambda: _ask_to_delete(visit, team), icon="trash")
            button("Add member", add, kind="primary", icon="plus")
    with box("pg-main-aside"):
        with card(flush=True):
            card_head("Members")
            if found.members:
                rows = [_row(member, may_write=found.may_write) for member in found.members]
                Table(_COLUMNS, rows, label="Members", on_act=acted)
            else:
                empty("user", "No members yet", "Add the people of this team.", next_step("Add member", add))
        with card("About"):
            facts([("Id", lambda: identifier(team.id)), ("Created", lambda: Moment(team.created_at, "date"))])


def _find(actor: Actor, work: Work, team_id: str) -> _Found:
    return _Found(
        team=get_team(actor, work, team_id),
        members=list_members(actor, work, team_id),
        may_write=actor.may(Permission.TEAM_WRITE, team_id),
        may_delete=actor.may(Permission.TEAM_WRITE),
    )


def _row(member: Member, *, may_write: bool) -> Row:
    changes = [act("role", "Role", of=member.name), act("remove", "Remove", of=member.name, tone="bad")]
    return {
        "id": member.user_id,
        "href": f"{MOUNT_PATH}/users/{member.user_id}",
        "name": member.name,
        "sub": member.email,
        "role": tag(member.role_name, "brand" if member.role == "owner" else "plain"),
        "status": tag("Active", "good", dot=True) if member.is_active else tag("Inactive", "plain", dot=True),
        "actions": changes if may_write else None,
    }


async def _ask_for_member(visit: Visit, team: Team, member: Member | None) -> None:
    people = {} if member else await visit.ask(_people)
    roles = await visit.ask(_roles, team.id)

    async def save(form: Form) -> None:
        user_id = member.user_id if member else form["user_id"] or ""
        await visit.change(set_member, team.id, user_id, MemberIn(role=form["role"]).role)
        await visit.refresh()

    title = f"Role of {member.name}" if member else "Add a member"
    with form_dialog(title, "It holds from their next click or call on.", "Save", save) as form:
        if member is None:
            form.add("user_id", choice_field("User", people, searchable=True))
        form.add("role", choice_field("Role", roles, value=member.role if member else "developer"))


def _ask_to_remove(visit: Visit, team: Team, member: Member) -> None:
    async def remove() -> None:
        await visit.change(remove_member, team.id, member.user_id)
        await visit.refresh()

    confirm(
        f"Remove {member.name} from {team.name}?", "They lose what the role here gave them, at once.", "Remove", remove
    )


def _ask_for_name(visit: Visit, team: Team) -> None:
    async def save(form: Form) -> None:
        await visit.change(update_team, team.id, TeamIn(name=form["name"]))
        await visit.refresh()

    with form_dialog("Rename team", "", "Save", save) as form:
        form.add("name", text_field("Name", value=team.name))


def _ask_to_delete(visit: Visit, team: Team) -> None:
    async def delete() -> None:
        await visit.change(delete_team, team.id)
        visit.go("/teams")

    text = "It must own nothing any more. Its members lose their roles in it, and its own roles go."
    confirm(f"Delete {team.name}?", text, "Delete team", delete)


def _roles(actor: Actor, work: Work, team_id: str) -> dict[str, str]:
    return {
        role.id: f"{role.name}: {role.description}" if role.description else role.name
        for role in list_roles(actor, work, team_id)
        if role.id != Role.ADMIN
    }


def _people(actor: Actor, work: Work) -> dict[str, str]:
    return {
        user.id: f"{user.name} · {user.email}" for user in list_users(actor, work, PageRequest(limit=MAX_PAGE)).items
    }
