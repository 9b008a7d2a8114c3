"""Initial access tokens: whoever holds one registers OAuth clients in a team by themselves."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from nicegui.page_arguments import PageArguments

from passgate.console.components.banner import banner
from passgate.console.components.button import button
from passgate.console.components.card import card
from passgate.console.components.confirm import confirm
from passgate.console.components.copyable import secret_once, snippet
from passgate.console.components.dialog import form_dialog, view_dialog
from passgate.console.components.empty import empty, next_step
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.page_header import page_header
from passgate.console.components.table import Column, Row, Table, act, tag
from passgate.console.edge import MOUNT_PATH
from passgate.console.pages.teams_of import team_names, writable_teams
from passgate.console.visit import Visit
from passgate.identity.oauth.client_tables import OAuthRegistrationToken
from passgate.identity.oauth.registration import (
    create_registration_token,
    end_registration_token,
    list_registration_tokens,
)
from passgate.identity.oauth.schemas import NewRegistrationToken, RegistrationTokenIn
from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work

_COLUMNS = (
    Column("name", "Name", "main"),
    Column("status", "Status", "badge"),
    Column("team", "Team"),
    Column("uses", "Clients registered", "number"),
    Column("created", "Created", "relative"),
    Column("expires", "Expires", "relative"),
    Column("actions", "Actions", "actions"),
)
_LIFETIMES = {1: "1 day", 7: "7 days", 30: "30 days", 90: "90 days"}


async def show(visit: Visit, _args: PageArguments) -> None:
    """Build the page."""
    tokens = await visit.ask(list_registration_tokens)
    teams, writable = await visit.ask(team_names), await visit.ask(_writable)

    def create() -> None:
        _ask_for_token(visit, writable)

    lead = "Whoever holds a registration token makes OAuth clients of a team at /oauth2/register (RFC 7591)."
    with page_header("Client registration", lead, trail=[("Applications", f"{MOUNT_PATH}/applications")]):
        if writable:
            button("New registration token", create, kind="primary", icon="plus")
    with card(flush=True):
        if tokens:
            _table(visit, tokens, teams)
        else:
            empty(
                "key",
                "No registration tokens yet",
                "Without one, clients are made by hand: an application, and its OAuth settings.",
                next_step("New registration token", create) if writable else None,
            )


def _table(visit: Visit, tokens: Sequence[OAuthRegistrationToken], teams: Mapping[str, str]) -> None:
    names = {token.id: token.name for token in tokens}

    def acted(token_id: str, _name: str) -> None:
        async def end() -> None:
            await visit.change(end_registration_token, token_id)
            await visit.refresh()

        with visit.client.content:
            text = "Nobody registers anything with it any more. The clients that were registered with it stay."
            confirm(f"End {names[token_id]}?", text, "End it", end)

    now = visit.console.storage.clock.now()
    rows = [_row(token, teams, now) for token in tokens]
    Table(_COLUMNS, rows, label="Registration tokens", on_act=acted)


def _row(token: OAuthRegistrationToken, teams: Mapping[str, str], now: datetime) -> Row:
    status = "ended" if token.ended_at else "expired" if token.expires_at <= now else "active"
    return {
        "id": token.id,
        "name": token.name,
        "status": tag(status.capitalize(), "good" if status == "active" else "plain", dot=True),
        "team": teams.get(token.team_id, ""),
        "uses": f"{token.uses:,}",
        "created": token.created_at.isoformat(),
        "expires": token.expires_at.isoformat(),
        "actions": [act("end", "End", of=token.name, tone="bad")] if status == "active" else None,
    }


def _ask_for_token(visit: Visit, teams: Mapping[str, str]) -> None:
    async def save(form: Form) -> None:
        given = RegistrationTokenIn(
            team_id=form["team_id"] or "", name=form["name"], lifetime_days=form["lifetime_days"]
        )
        new = await visit.change(create_registration_token, given)
        await visit.refresh()
        _show_once(visit, new)

    lead = "It registers any number of clients until it ends; each is an application of the team."
    with visit.client.content, form_dialog("New registration token", lead, "Create token", save) as form:
        form.add("name", text_field("Name", placeholder="CI of the web team"))
        form.add("team_id", choice_field("Team", teams, value=next(iter(teams), None)))
        form.add("lifetime_days", choice_field("Lifetime", _LIFETIMES, value=7))


def _show_once(visit: Visit, new: NewRegistrationToken) -> None:
    with visit.client.content, view_dialog("Your registration token", done="I have copied it"):
        with banner("Copy it now: it is shown this once.", "Passgate keeps a hash of it.", tone="warn"):
            pass
        secret_once(new.text, "Registration token")
        snippet(
            f"curl {visit.console.public_url}/oauth2/register \\\n"
            f'  -H "Authorization: Bearer {new.text}" -H "Content-Type: application/json" \\\n'
            '  -d \'{"client_name": "Shop", "redirect_uris": ["https://shop.example/callback"]}\'',
            "bash",
        )


def _writable(actor: Actor, work: Work) -> dict[str, str]:
    return writable_teams(actor, work, Permission.APPLICATION_WRITE)
