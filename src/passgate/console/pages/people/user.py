"""One user: roles, and what can be changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from nicegui.page_arguments import PageArguments

from passgate.console.components.badge import badge
from passgate.console.components.button import button, link_button
from passgate.console.components.card import card
from passgate.console.components.confirm import confirm
from passgate.console.components.copyable import identifier
from passgate.console.components.dialog import form_dialog
from passgate.console.components.empty import empty, next_page
from passgate.console.components.facts import facts
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.moment import Moment, moment_or
from passgate.console.components.page_header import page_header
from passgate.console.components.table import Column, Table, tag
from passgate.console.components.text import box
from passgate.console.edge import MOUNT_PATH
from passgate.console.visit import Visit
from passgate.identity.models import User
from passgate.identity.schemas import MIN_PASSWORD_LETTERS, TeamRoleView, UserChange
from passgate.identity.service.deletion import delete_user
from passgate.identity.service.roles import list_roles, role_name
from passgate.identity.service.session_list import end_all_sessions
from passgate.identity.service.users import get_user, teams_of_user, update_user
from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work

_COLUMNS = (Column("name", "Team", "main"), Column("role", "Role", "badge"))


@dataclass(frozen=True, slots=True)
class _Found:
    user: User
    teams: Sequence[TeamRoleView]
    role_name: str | None
    """Of the role held over everything."""
    may_write: bool


async def show(visit: Visit, args: PageArguments) -> None:
    """Build the page."""
    found = await visit.ask(_find, args.path_parameters["user_id"])
    user = found.user
    with page_header(user.name, user.email, trail=[("Users", f"{MOUNT_PATH}/users")]):
        link_button("Tokens", f"{MOUNT_PATH}/users/{user.id}/tokens", icon="token")
        if found.may_write:
            _actions(visit, user)
    with box("pg-main-aside"):
        with card("Teams", "Their role in each says what they may do there.", flush=True):
            rows = [
                {
                    "id": one.team.id,
                    "href": f"{MOUNT_PATH}/teams/{one.team.id}",
                    "name": one.team.name,
                    "role": tag(one.role_name),
                }
                for one in found.teams
            ]
            if rows:
                Table(_COLUMNS, rows, label="Teams of this user")
            else:
                empty(
                    "team",
                    "In no team",
                    "Add them to a team there.",
                    next_page("Go to the teams", f"{MOUNT_PATH}/teams"),
                )
        with card("About"):
            facts(
                [
                    (
                        "Status",
                        lambda: badge(*(("Active", "good") if user.is_active else ("Inactive", "plain")), dot=True),
                    ),
                    ("Id", lambda: identifier(user.id)),
                    ("Role", "Administrator" if user.is_admin else found.role_name or "Member"),
                    ("Last sign-in", moment_or(user.last_login_at, "never")),
                    ("Added", lambda: Moment(user.created_at, "date")),
                ]
            )


def _find(actor: Actor, work: Work, user_id: str) -> _Found:
    user = get_user(actor, work, user_id)
    return _Found(
        user=user,
        teams=teams_of_user(actor, work, user_id),
        role_name=role_name(work, user.organisation_role) if user.organisation_role else None,
        may_write=actor.may(Permission.USER_WRITE),
    )


def _actions(visit: Visit, user: User) -> None:
    async def change(given: UserChange) -> None:
        await visit.change(update_user, user.id, given)
        await visit.refresh()

    async def role() -> None:
        await _ask_for_role(visit, user)

    button("Role", role, icon="team")
    button("End sessions", lambda: _ask_to_end_sessions(visit, user), icon="exit")
    button("New password", lambda: _ask_for_password(visit, user), icon="key")
    if user.is_admin:
        button("Make a member", lambda: change(UserChange(is_admin=False)), icon="user")
    else:
        button("Make an administrator", lambda: change(UserChange(is_admin=True)), icon="key")
    if user.is_active:
        button(
            "Deactivate",
            lambda: confirm(
                f"Deactivate {user.name}?",
                "They are signed out everywhere and their personal tokens are revoked, at once.",
                "Deactivate",
                lambda: change(UserChange(is_active=False)),
            ),
            icon="ban",
        )
    else:
        button("Activate", lambda: change(UserChange(is_active=True)), icon="check")

    button("Delete", lambda: _ask_to_delete(visit, user), icon="trash")


def _ask_to_end_sessions(visit: Visit, user: User) -> None:
    async def end() -> None:
        count = await visit.change(end_all_sessions, user.id)
        visit.tell(f"{count} ended.")

    confirm(f"End all sessions of {user.name}?", "Every browser of theirs is signed out at once.", "End them", end)


def _ask_to_delete(visit: Visit, user: User) -> None:
    async def delete() -> None:
        await visit.change(delete_user, user.id)
        visit.go("/users")

    text = (
        "Their sessions end and their tokens are revoked, at once. The audit log and the registry keep what they did."
    )
    confirm(f"Delete {user.name}?", text, "Delete user", delete)


async def _ask_for_role(visit: Visit, user: User) -> None:
    roles = await visit.ask(_organisation_roles)

    async def save(form: Form) -> None:
        await visit.change(update_user, user.id, UserChange(organisation_role=form["organisation_role"] or None))
        await visit.refresh()

    lead = "A custom role of the organisation, held over everything, in every team."
    with visit.client.content, form_dialog(f"Role of {user.name}", lead, "Save", save) as form:
        form.add("organisation_role", choice_field("Role", roles, value=user.organisation_role, optional=True))


def _organisation_roles(actor: Actor, work: Work) -> dict[str, str]:
    return {role.id: role.name for role in list_roles(actor, work) if not role.is_built_in and role.team_id is None}


def _ask_for_password(visit: Visit, user: User) -> None:
    async def save(form: Form) -> None:
        await visit.change(update_user, user.id, UserChange(password=form.secret("password")))
        visit.tell(f"{user.name} has a new password and is signed out everywhere.")

    with form_dialog(f"New password for {user.name}", "It ends all of their sessions.", "Set password", save) as form:
        form.add(
            "password",
            text_field("Password", secret=True, help_text=f"At least {MIN_PASSWORD_LETTERS} characters."),
        )
