"""All teams."""

from nicegui.page_arguments import PageArguments

from passgate.console.components.button import button
from passgate.console.components.card import card
from passgate.console.components.dialog import form_dialog
from passgate.console.components.empty import empty
from passgate.console.components.field import text_field
from passgate.console.components.form import Form
from passgate.console.components.listing import Listing
from passgate.console.components.page_header import page_header
from passgate.console.components.table import Column, Row
from passgate.console.edge import MOUNT_PATH
from passgate.console.visit import Visit, who
from passgate.identity.models import Team
from passgate.identity.schemas import TeamIn
from passgate.identity.service.teams import create_team, list_teams
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission

_COLUMNS = (
    Column("name", "Name", "main"),
    Column("team_id", "Team id", "id"),
    Column("created", "Created", "relative"),
)


async def show(visit: Visit, _args: PageArguments) -> None:
    """Build the page."""
    actor = await visit.ask(who)
    with page_header("Teams", "A team owns applications and services. Other teams neither see nor touch them."):
        if actor.may(Permission.TEAM_WRITE):
            button("New team", lambda: _ask_to_create(visit), kind="primary", icon="plus")

    async def fetch(page: PageRequest) -> Page[Team]:
        return await visit.ask(list_teams, page)

    with card(flush=True):
        listing = Listing(
            _COLUMNS,
            label="Teams",
            noun="team",
            fetch=fetch,
            row=_row,
            when_empty=lambda: empty("team", "You are in no team yet", "Ask an administrator to add you to one."),
        )
    await listing.load()


def _row(team: Team) -> Row:
    return {
        "id": team.id,
        "href": f"{MOUNT_PATH}/teams/{team.id}",
        "name": team.name,
        "team_id": team.id,
        "created": team.created_at.isoformat(),
    }


def _ask_to_create(visit: Visit) -> None:
    async def create(form: Form) -> None:
        made = await visit.change(create_team, TeamIn(name=form["name"]))
        visit.go(f"/teams/{made.id}")

    with form_dialog("New team", "Add its people next.", "Create team", create) as form:
        form.add("name", text_field("Name", placeholder="Payments"))
