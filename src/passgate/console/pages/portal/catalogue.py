"""The catalogue: every service that is shown to the reader."""

from nicegui.page_arguments import PageArguments

from passgate.console.components.badge import badge
from passgate.console.components.button import button, link_button
from passgate.console.components.empty import empty
from passgate.console.components.field import filter_field, search_field
from passgate.console.components.page_header import page_header
from passgate.console.components.text import Words, box
from passgate.console.edge import MOUNT_PATH
from passgate.console.formatting import hue, initials
from passgate.console.pages.portal.wording import ACCESS, KINDS
from passgate.console.visit import Visit
from passgate.kernel.pagination import PageRequest
from passgate.publishing.portal.schemas import PortalEntry
from passgate.publishing.portal.service import catalogue, facets
from passgate.publishing.schemas import ServiceFilter

_SIZE = 24
_MOST_TAGS = 3


async def show(visit: Visit, _args: PageArguments) -> None:
    """Build the page."""
    with page_header("Developer portal", "APIs and prompts that you can build on: read, try out, subscribe."):
        if visit.session_id:
            link_button("My subscriptions", f"{MOUNT_PATH}/portal/mine", icon="link")
    choices = await visit.ask(facets)
    with box("pg-filters"):
        search = search_field("Search services")
        kind = filter_field("Kind", {"": "Every kind", **KINDS}, "")
        tag = filter_field("Tag", {"": "Every tag", **{one: one for one in choices.tags}}, "")
        team = filter_field("Team", {"": "Every team", **{one.id: one.name for one in choices.teams}}, "")
    grid = box("pg-catalogue")
    foot = box("pg-row")
    shown: list[str | None] = []

    async def load() -> None:
        grid.clear()
        await add(None)

    async def more() -> None:
        await add(shown[-1])

    async def add(after: str | None) -> None:
        wanted = ServiceFilter(
            search=(search.value or "").strip() or None,
            kind=kind.value or None,
            tag=tag.value or None,
            team_id=team.value or None,
        )
        found = await visit.ask(catalogue, PageRequest(limit=_SIZE, after=after), wanted)
        shown[:] = [found.next_cursor]
        with grid:
            for entry in found.items:
                _tile(entry)
            if not found.items and after is None:
                narrowed = bool(search.value or kind.value or tag.value or team.value)
                empty(
                    "search" if narrowed else "service",
                    "Nothing matches" if narrowed else "Nothing is published yet",
                    "Widen the search." if narrowed else "Services appear here once their teams publish them.",
                )
        with foot.clear():
            if found.next_cursor:
                button("Load more", more)

    await load()
    for narrowing in (search, kind, tag, team):
        narrowing.on_value_change(load)


def _tile(entry: PortalEntry) -> None:
    with box("pg-tile", "a").props(f'href="{MOUNT_PATH}/portal/services/{entry.id}"'):
        with box("pg-row"):
            Words(initials(entry.name), "span", "pg-monogram").style(f"--hue: {hue(entry.name)}")
            with box():
                Words(entry.name, "h2")
                Words(entry.team_name, "div", "pg-small pg-faint")
        Words(entry.description or "No description yet.", "p")
        with box("pg-row"):
            badge(KINDS[entry.kind], "brand")
            badge(ACCESS[entry.access])
            for tag in entry.tags[:_MOST_TAGS]:
                badge(tag)
