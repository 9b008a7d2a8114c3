"""The catalogue: every service that is shown to the reader."""

from nicegui.element import Element
from nicegui.page_arguments import PageArguments

from passgate.console.components.badge import badge
from passgate.console.components.button import button, link_button
from passgate.console.components.empty import empty
from passgate.console.components.field import filter_field, search_field
from passgate.console.components.latest import Latest
from passgate.console.components.page_header import page_header
from passgate.console.components.text import Words, box
from passgate.console.components.tiles import Tiles
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
    tiles = Tiles(box("pg-catalogue"), key=lambda entry: entry.id, build=_tile)
    nothing = box()
    with nothing:
        empty("service", "Nothing is published yet", "Services appear here once their teams publish them.")
    nothing_matches = box()
    with nothing_matches:
        empty("search", "Nothing matches", "Widen the search.")
    latest = Latest()
    next_cursor: str | None = None

    async def load() -> None:
        await put(None)

    async def more() -> None:
        await put(next_cursor)

    async def put(after: str | None) -> None:
        nonlocal next_cursor
        wanted = ServiceFilter(
            search=(search.value or "").strip() or None,
            kind=kind.value or None,
            tag=tag.value or None,
            team_id=team.value or None,
        )
        found = await latest.answer(visit.ask(catalogue, PageRequest(limit=_SIZE, after=after), wanted))
        if found is None:
            return
        next_cursor = found.next_cursor
        (tiles.show if after is None else tiles.add)(found.items)
        none = not found.items and after is None
        nothing.set_visibility(none and wanted == ServiceFilter())
        nothing_matches.set_visibility(none and wanted != ServiceFilter())
        foot.set_visibility(next_cursor is not None)

    with box("pg-row") as foot:
        button("Load more", more)
    await load()
    for narrowing in (search, kind, tag, team):
        narrowing.on_value_change(load)


def _tile(entry: PortalEntry) -> Element:
    with box("pg-tile", "a").props(f'href="{MOUNT_PATH}/portal/services/{entry.id}"') as tile:
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
    return tile
