"""How long tokens live: the rules of everybody, of a team, of an application."""

from collections.abc import Mapping
from typing import cast

from nicegui.page_arguments import PageArguments

from passgate.console.components.card import card
from passgate.console.components.dialog import Submit, form_dialog
from passgate.console.components.field import filter_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.page_header import page_header
from passgate.console.components.server_search import fitting, search_on_server
from passgate.console.components.table import Column, Row, Table, act
from passgate.console.components.text import box
from passgate.console.duration import duration, read_duration
from passgate.console.edge import MOUNT_PATH
from passgate.console.pages.applications_of import readable_applications
from passgate.console.pages.teams_of import team_names
from passgate.console.visit import Visit
from passgate.identity.models import LifetimeRule
from passgate.identity.schemas import DEFAULT_LIFETIME_SECONDS, MAX_LIFETIME_SECONDS
from passgate.identity.service.applications import get_application
from passgate.identity.service.token_lifetimes import EVERYBODY, list_lifetimes, remove_lifetime, set_lifetime
from passgate.identity.token_schemas import LifetimeIn
from passgate.identity.token_tables import TokenKind
from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work

_KINDS = {
    "application": "Application: works at the gate as an API key",
    "personal": "Personal: of a user",
    "service": "Service: for another service",
    "custom": "Custom: any claims",
}
_COLUMNS = (
    Column("kind", "Kind", "main"),
    Column("default", "Unless asked otherwise"),
    Column("maximum", "At most"),
    Column("actions", "Actions", "actions"),
)


async def show(visit: Visit, _args: PageArguments) -> None:
    """Build the page."""
    owners = await visit.ask(_owners)
    with page_header(
        "Token lifetimes",
        "The narrowest default holds, and the least maximum of all rules that concern a token.",
        trail=[("Tokens", f"{MOUNT_PATH}/tokens")],
    ):
        pass
    with box("pg-filters"):
        owner = filter_field("Of", owners, EVERYBODY, searchable=True)
    search_on_server(owner, lambda text: visit.ask(_owners, text))

    async def load() -> None:
        rules = {rule.kind: rule for rule in await visit.ask(list_lifetimes, owner.value)}
        changes = await visit.ask(_may_write, owner.value)
        table.show(
            [_row(kind, rules.get(kind), is_widest=owner.value == EVERYBODY, changes=changes) for kind in _KINDS]
        )

    async def acted(kind: str, name: str) -> None:
        if name == "remove":
            await visit.change(remove_lifetime, cast("TokenKind", kind), owner.value)
            await load()
            return
        rules = {rule.kind: rule for rule in await visit.ask(list_lifetimes, owner.value)}

        async def save(form: Form) -> None:
            given = LifetimeIn(
                default_seconds=read_duration(form.text("default_seconds"), "default_seconds"),
                maximum_seconds=read_duration(form.text("maximum_seconds"), "maximum_seconds"),
            )
            await visit.change(set_lifetime, cast("TokenKind", kind), given, owner.value)
            await load()

        _ask_for_rule(visit, kind, dict(owner.options)[owner.value], rules.get(kind), save)

    with card(flush=True):
        table = Table(_COLUMNS, [], label="Lifetimes", on_act=acted)
    await load()
    owner.on_value_change(load)


def _row(kind: str, rule: LifetimeRule | None, *, is_widest: bool, changes: bool) -> Row:
    default = duration(rule.default_seconds) if rule else ""
    maximum = duration(rule.maximum_seconds) if rule else ""
    wider = "as the wider rule has it"
    actions = [act("change", "Change", of=kind)] + ([act("remove", "Remove", of=kind, tone="bad")] if rule else [])
    name, _, what = _KINDS[kind].partition(": ")
    return {
        "id": kind,
        "kind": name,
        "sub": what,
        "default": default or (duration(DEFAULT_LIFETIME_SECONDS) if is_widest else wider),
        "maximum": maximum or (duration(MAX_LIFETIME_SECONDS) if is_widest else wider),
        "actions": actions if changes else None,
    }


def _ask_for_rule(visit: Visit, kind: str, owner: str, rule: LifetimeRule | None, save: Submit) -> None:
    title = f"{_KINDS[kind].partition(':')[0]} tokens: {owner}"
    lead = "Such as 15 minutes, 12 hours or 30 days; empty: as the wider rule has it. Tokens that are out keep theirs."
    with visit.client.content, form_dialog(title, lead, "Save", save) as form:
        default = duration(rule.default_seconds).replace(",", "") if rule else ""
        maximum = duration(rule.maximum_seconds).replace(",", "") if rule else ""
        form.add("default_seconds", text_field("Unless asked otherwise", value=default, optional=True))
        form.add("maximum_seconds", text_field("At most", value=maximum, optional=True))


def _owners(actor: Actor, work: Work, text: str = "") -> Mapping[str, str]:
    teams = {team: f"Team {name}" for team, name in team_names(actor, work).items()}
    found = readable_applications(actor, work, text)
    if text:
        # “Application log” is the label of the application Logistics, whose name holds “log”.
        found = readable_applications(actor, work, text.partition(" ")[2]) | found
    applications = {key: f"Application {name}" for key, name in found.items()}
    return fitting({EVERYBODY: "Everybody", **teams, **applications}, text)


def _may_write(actor: Actor, work: Work, owner: str) -> bool:
    if owner == EVERYBODY:
        return actor.may(Permission.TEAM_WRITE)
    application = get_application(actor, work, owner) if owner.startswith("app_") else None
    return actor.may(Permission.TEAM_WRITE, application.team_id if application else owner)
