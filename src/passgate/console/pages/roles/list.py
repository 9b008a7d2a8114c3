"""Roles: the built-in ones, and the organisation's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nicegui.page_arguments import PageArguments

from passgate.console.components.button import button
from passgate.console.components.card import card
from passgate.console.components.page_header import page_header
from passgate.console.components.table import Column, Row, Table, tag
from passgate.console.components.text import box
from passgate.console.pages.roles.edit import ask_for_role, open_role
from passgate.console.pages.roles.scopes import scope_card
from passgate.console.pages.teams_of import team_names, writable_teams
from passgate.console.visit import Visit
from passgate.identity.role_schemas import RoleView, ScopeView
from passgate.identity.service.roles import list_roles
from passgate.identity.service.scopes import list_scopes
from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work

_COLUMNS = (
    Column("name", "Role", "main"),
    Column("kind", "Kind", "badge"),
    Column("team", "Where"),
    Column("permissions", "Permissions", "number"),
    Column("holders", "Held by", "number"),
)


@dataclass(frozen=True, slots=True)
class _Found:
    roles: Sequence[RoleView]
    scopes: Sequence[ScopeView]
    teams: Mapping[str, str]
    role_teams: Mapping[str, str]
    """Where one may make roles; the organisation under an empty id."""
    scope_teams: Mapping[str, str]


async def show(visit: Visit, _args: PageArguments) -> None:
    """Build the page."""
    found = await visit.ask(_find)
    by_id = {role.id: role for role in found.roles}
    with page_header("Roles", "What people may do. A change takes effect at their next click or call."):
        if found.role_teams:
            button("New role", lambda: ask_for_role(visit, found.role_teams), kind="primary", icon="plus")
    with box("pg-stack"):
        with card(flush=True):
            rows = [_row(role, found.teams) for role in found.roles]
            Table(_COLUMNS, rows, label="Roles", on_open=lambda role_id: open_role(visit, by_id[role_id]))
        scope_card(visit, found.scopes, found.teams, found.scope_teams)


def _find(actor: Actor, work: Work) -> _Found:
    everywhere = {"": "The whole organisation"} if actor.may(Permission.ROLE_WRITE) else {}
    sees_scopes = actor.teams_with(Permission.SCOPE_READ) != frozenset()
    return _Found(
        roles=list_roles(actor, work),
        scopes=list_scopes(actor, work) if sees_scopes else [],
        teams=team_names(actor, work),
        role_teams=everywhere | writable_teams(actor, work, Permission.ROLE_WRITE),
        scope_teams=writable_teams(actor, work, Permission.SCOPE_WRITE),
    )


def _row(role: RoleView, teams: Mapping[str, str]) -> Row:
    return {
        "id": role.id,
        "name": role.name,
        "sub": role.description,
        "kind": tag("Built in") if role.is_built_in else tag("Custom", "brand"),
        "team": teams.get(role.team_id, "A team") if role.team_id else "Everywhere",
        "permissions": str(len(role.permissions)),
        "holders": str(role.holders),
    }
