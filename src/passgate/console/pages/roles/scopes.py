"""The scope catalogue, below the roles."""

from collections.abc import Mapping, Sequence

from passgate.console.components.button import button
from passgate.console.components.card import card, card_head
from passgate.console.components.confirm import confirm
from passgate.console.components.dialog import form_dialog
from passgate.console.components.empty import empty
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.table import Column, Row, Table, act
from passgate.console.visit import Visit
from passgate.identity.role_schemas import ScopeIn, ScopeView
from passgate.identity.service.scopes import create_scope, delete_scope, grant_scope

_COLUMNS = (
    Column("name", "Scope", "main"),
    Column("team", "Team"),
    Column("audience", "Audience", "code"),
    Column("granted", "Granted to", "number"),
    Column("actions", "Actions", "actions"),
)


def scope_card(
    visit: Visit, scopes: Sequence[ScopeView], teams: Mapping[str, str], writable: Mapping[str, str]
) -> None:
    """The card with all scopes."""
    by_id = {scope.id: scope for scope in scopes}

    def acted(scope_id: str, name: str) -> None:
        if name == "grant":
            _ask_to_grant(visit, by_id[scope_id])
        else:
            _ask_to_delete(visit, by_id[scope_id])

    with card(flush=True):
        with card_head("Scopes", "What a service's callers may be allowed to do, as their tokens say it."):
            if writable:
                button("New scope", lambda: _ask_for_scope(visit, writable), icon="plus")
        if scopes:
            rows = [_row(scope, teams, may_write=scope.team_id in writable) for scope in scopes]
            Table(_COLUMNS, rows, label="Scopes", on_act=acted)
        else:
            empty("token", "No scopes yet", "Once a scope stands here, other teams' applications need a grant for it.")


def _row(scope: ScopeView, teams: Mapping[str, str], *, may_write: bool) -> Row:
    changes = [act("grant", "Grant", of=scope.name), act("delete", "Delete", of=scope.name, tone="bad")]
    return {
        "id": scope.id,
        "name": scope.name,
        "sub": scope.description,
        "team": teams.get(scope.team_id, "Another team"),
        "audience": scope.audience,
        "granted": str(len(scope.granted_to)),
        "actions": changes if may_write else None,
    }


def _ask_for_scope(visit: Visit, teams: Mapping[str, str]) -> None:
    async def save(form: Form) -> None:
        given = ScopeIn(
            team_id=form["team_id"] or "",
            name=form["name"],
            description=form["description"],
            audience=form["audience"],
        )
        await visit.change(create_scope, given)
        await visit.refresh()

    lead = "The team's own applications may have it in their tokens; others need a grant."
    with form_dialog("New scope", lead, "Create scope", save) as form:
        form.add("name", text_field("Name", placeholder="orders:read"))
        form.add("team_id", choice_field("Team", teams, value=next(iter(teams), None)))
        form.add("description", text_field("What it allows", optional=True, placeholder="Read orders"))
        form.add("audience", text_field("Audience", optional=True, help_text="Only in tokens for it; empty: in any."))


def _ask_to_grant(visit: Visit, scope: ScopeView) -> None:
    async def save(form: Form) -> None:
        await visit.change(grant_scope, scope.id, form["application_id"])
        await visit.refresh()

    lead = "The application may then have the scope in its next tokens."
    with visit.client.content, form_dialog(f"Grant {scope.name}", lead, "Grant", save) as form:
        form.add("application_id", text_field("Application id", placeholder="app_…"))


def _ask_to_delete(visit: Visit, scope: ScopeView) -> None:
    async def delete() -> None:
        await visit.change(delete_scope, scope.id)
        await visit.refresh()

    text = "Tokens that bear it keep it until they expire; after that any application may name it again."
    with visit.client.content:
        confirm(f"Delete the scope {scope.name}?", text, "Delete", delete)
