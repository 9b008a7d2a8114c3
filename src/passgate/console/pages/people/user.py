"""One user: roles, and what can be changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from nicegui.page_arguments import PageArguments

from passgate.console.components.badge import badge
from passgate.console.components.button import button
from passgate.console.components.card import card
from passgate.console.components.confirm import confirm
from passgate.console.components.copyable import identifier
from passgate.console.components.dialog import form_dialog
from passgate.console.components.empty import empty, next_page
from passgate.console.components.facts import facts
from passgate.console.components.field import text_field
from passgate.console.components.form import Form
from passgate.console.components.moment import Moment, moment_or
from passgate.console.components.page_header import page_header
from passgate.console.components.table import Column, Table, tag
from passgate.console.components.text import box
from passgate.console.edge import MOUNT_PATH
from passgate.console.visit import Visit
from passgate.identity.models import User
from passgate.identity.schemas import MIN_PASSWORD_LETTERS, TeamRoleView, UserChange
from passgate.identity.service.users import get_user, teams_of_user, update_user
from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work

_COLUMNS = (Column("name", "Team", "main"), Column("role", "Role", "badge"))


@dataclass(frozen=True, slots=True)
class _Found:
    user: User
    teams: Sequence[TeamRoleView]
    may_write: bool


async def show(visit: Visit, args: PageArguments) -> None:
    """Build the page."""
    found = await visit.ask(_find, args.path_parameters["user_id"])
    user = found.user
    with page_header(user.name, user.email, trail=[("Users", f"{MOUNT_PATH}/users")]):
        if found.may_write:
            _actions(visit, user)
    with box("pg-main-aside"):
        with card("Teams", "Their role in each says what they may do there.", flush=True):
            rows = [
                {
                    "id": one.team.id,
                    "href": f"{MOUNT_PATH}/teams/{one.team.id}",
                    "name": one.team.name,
                    "role": tag(one.role.capitalize()),
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
                    ("Role", "Administrator" if user.is_admin else "Member"),
                    ("Last sign-in", moment_or(user.last_login_at, "never")),
                    ("Added", lambda: Moment(user.created_at, "date")),
                ]
            )


def _find(actor: Actor, work: Work, user_id: str) -> _Found:
    return _Found(
        user=get_user(actor, work, user_id),
        teams=teams_of_user(actor, work, user_id),
        may_write=actor.may(Permission.USER_WRITE),
    )


def _actions(visit: Visit, user: User) -> None:
    async def change(given: UserChange) -> None:
        await visit.change(update_user, user.id, given)
        await visit.refresh()

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


def _ask_for_password(visit: Visit, user: User) -> None:
    async def save(form: Form) -> None:
        await visit.change(update_user, user.id, UserChange(password=form.secret("password")))
        visit.tell(f"{user.name} has a new password and is signed out everywhere.")

    with form_dialog(f"New password for {user.name}", "It ends all of their sessions.", "Set password", save) as form:
        form.add(
            "password",
            text_field("Password", secret=True, help_text=f"At least {MIN_PASSWORD_LETTERS} characters."),
        )
