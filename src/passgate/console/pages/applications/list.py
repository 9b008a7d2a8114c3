"""All applications."""

from nicegui.page_arguments import PageArguments

from passgate.console.components.button import button, link_button
from passgate.console.components.card import card
from passgate.console.components.empty import empty, next_step
from passgate.console.components.field import search_field
from passgate.console.components.listing import Listing
from passgate.console.components.page_header import page_header
from passgate.console.components.table import Column, Row, tag
from passgate.console.components.text import box
from passgate.console.edge import MOUNT_PATH
from passgate.console.pages.applications.form import ask_to_create
from passgate.console.pages.teams_of import team_names
from passgate.console.visit import Visit, may_somewhere
from passgate.identity.models import Application
from passgate.identity.service.applications import list_applications
from passgate.kernel.actor import Actor
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work

_COLUMNS = (
    Column("name", "Name", "main"),
    Column("status", "Status", "badge"),
    Column("team", "Team"),
    Column("models", "Models"),
    Column("app_id", "Application id", "id"),
    Column("created", "Created", "relative"),
)


async def show(visit: Visit, _args: PageArguments) -> None:
    """Build the page."""
    teams, registers = await visit.ask(team_names), await visit.ask(_may_register)
    creates = await visit.ask(may_somewhere, Permission.APPLICATION_WRITE)

    async def create() -> None:
        await ask_to_create(visit)

    with page_header("Applications", "Whoever calls: your services, scripts and editors. Each has its own tokens."):
        if registers:
            link_button("Registration", f"{MOUNT_PATH}/applications/registration", icon="link")
        if creates:
            button("New application", create, kind="primary", icon="plus")
    with box("pg-filters"):
        search = search_field("Search applications")

    async def fetch(page: PageRequest) -> Page[Application]:
        return await visit.ask(list_applications, page, search=(search.value or "").strip() or None)

    def row(application: Application) -> Row:
        active = application.is_active
        return {
            "id": application.id,
            "href": f"{MOUNT_PATH}/applications/{application.id}",
            "name": application.name,
            "sub": application.description,
            "status": tag("Active", "good", dot=True) if active else tag("Inactive", "plain", dot=True),
            "team": teams.get(application.team_id, ""),
            "models": "All" if application.models is None else f"{len(application.models)} chosen",
            "app_id": application.id,
            "created": application.created_at.isoformat(),
        }

    with card(flush=True):
        listing = Listing(
            _COLUMNS,
            label="Applications",
            noun="application",
            fetch=fetch,
            row=row,
            narrowed=lambda: bool(search.value),
            when_empty=lambda: empty(
                "application",
                "No applications yet",
                "Create one for each thing that calls. Then give it a token, and see what it does and costs.",
                next_step("New application", create) if creates else None,
            ),
        )
    await listing.load()
    search.on_value_change(listing.load)


def _may_register(actor: Actor, work: Work) -> bool:
    del work
    return actor.teams_with(Permission.APPLICATION_WRITE) != frozenset()
