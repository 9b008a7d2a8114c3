"""Templates of custom tokens: made, looked at, used, deleted."""

from collections.abc import Mapping

from nicegui.page_arguments import PageArguments

from passgate.console.components.button import button
from passgate.console.components.card import card
from passgate.console.components.confirm import confirm
from passgate.console.components.empty import empty, next_step
from passgate.console.components.field import search_field
from passgate.console.components.listing import Listing
from passgate.console.components.page_header import page_header
from passgate.console.components.table import Column, Row, act
from passgate.console.components.text import box
from passgate.console.duration import duration
from passgate.console.edge import MOUNT_PATH
from passgate.console.pages.teams_of import team_names, writable_teams
from passgate.console.pages.tokens.template_forms import ask_for_template, ask_to_issue_by, open_template
from passgate.console.visit import Visit
from passgate.identity.models import TokenTemplate
from passgate.identity.service.token_templates import delete_template, get_template, list_templates
from passgate.kernel.actor import Actor
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work

_COLUMNS = (
    Column("name", "Template", "main"),
    Column("team", "Team"),
    Column("audiences", "For", "code"),
    Column("algorithm", "Signed by"),
    Column("claims", "Claims"),
    Column("lifetime", "Lives"),
    Column("actions", "Actions", "actions"),
)


async def show(visit: Visit, _args: PageArguments) -> None:
    """Build the page."""
    names, writable = await visit.ask(team_names), await visit.ask(_writable)
    issuing = await visit.ask(_issuing)
    trail = [("Tokens", f"{MOUNT_PATH}/tokens")]
    with page_header("Token templates", "What custom tokens of one purpose have in common.", trail=trail):
        if writable:
            button("New template", lambda: ask_for_template(visit, writable, listing.load), kind="primary", icon="plus")
    with box("pg-filters"):
        search = search_field("Search templates")

    async def fetch(page: PageRequest) -> Page[TokenTemplate]:
        return await visit.ask(list_templates, page, search=(search.value or "").strip() or None)

    def row(template: TokenTemplate) -> Row:
        return _row(template, names, may_write=template.team_id in writable, may_issue=template.team_id in issuing)

    async def acted(template_id: str, name: str) -> None:
        template = await visit.ask(get_template, template_id)
        if name == "issue":
            await ask_to_issue_by(visit, template)
        else:
            _ask_to_delete(visit, template)

    async def opened(template_id: str) -> None:
        open_template(visit, await visit.ask(get_template, template_id))

    with card(flush=True):
        listing = Listing(
            _COLUMNS,
            label="Token templates",
            noun="template",
            fetch=fetch,
            row=row,
            on_open=opened,
            on_act=acted,
            narrowed=lambda: bool(search.value),
            when_empty=lambda: empty(
                "token",
                "No templates yet",
                "A template says which claims a token has, fixed or taken from whom it is for, and what signs it.",
                next_step("New template", lambda: ask_for_template(visit, writable, listing.load))
                if writable
                else None,
            ),
        )
    await listing.load()
    search.on_value_change(listing.load)


def _row(template: TokenTemplate, teams: Mapping[str, str], *, may_write: bool, may_issue: bool) -> Row:
    actions = [act("issue", "Issue", of=template.name)] if may_issue else []
    if may_write:
        actions.append(act("delete", "Delete", of=template.name, tone="bad"))
    return {
        "id": template.id,
        "name": template.name,
        "sub": template.description,
        "team": teams.get(template.team_id, ""),
        "audiences": " ".join(template.audiences),
        "algorithm": template.algorithm,
        "claims": ", ".join(template.claims),
        "lifetime": duration(template.lifetime_seconds) or "by the rules",
        "actions": actions or None,
    }


def _ask_to_delete(visit: Visit, template: TokenTemplate) -> None:
    async def delete() -> None:
        await visit.change(delete_template, template.id)
        await visit.refresh()

    with visit.client.content:
        confirm(f"Delete {template.name}?", "Tokens that were made by it hold on.", "Delete template", delete)


def _writable(actor: Actor, work: Work) -> dict[str, str]:
    return writable_teams(actor, work, Permission.TEMPLATE_WRITE)


def _issuing(actor: Actor, work: Work) -> dict[str, str]:
    return writable_teams(actor, work, Permission.TOKEN_ISSUE)
