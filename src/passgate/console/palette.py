"""The search: areas, and things by their name."""

from dataclasses import dataclass
from urllib.parse import quote

from nicegui import ui
from nicegui.events import ValueChangeEventArguments

from passgate.catalog.service.models import list_models
from passgate.console.components.icon import icon
from passgate.console.components.latest import Latest
from passgate.console.components.text import Words, box
from passgate.console.components.tiles import Tiles
from passgate.console.edge import MOUNT_PATH
from passgate.console.icons import icon_path
from passgate.console.navigation import areas_of
from passgate.console.visit import Visit
from passgate.identity.service.applications import list_applications
from passgate.kernel.actor import Actor
from passgate.kernel.pagination import PageRequest
from passgate.kernel.permissions import Permission
from passgate.publishing.schemas import ServiceFilter
from passgate.publishing.service.services import list_services
from passgate.storage.work import Work

_FOUND = PageRequest(limit=6)


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found, and where it is."""

    title: str
    what: str
    icon: str
    href: str


def find(actor: Actor, work: Work, text: str) -> list[Hit]:
    """What the actor may see under that name."""
    hits = [
        Hit(area.title, "Page", area.icon, area.href)
        for areas in areas_of(actor).values()
        for area in areas
        if text.lower() in area.title.lower()
    ]
    if not text:
        return hits
    if actor.teams_with(Permission.APPLICATION_READ) != frozenset():
        for application in list_applications(actor, work, _FOUND, search=text).items:
            href = f"{MOUNT_PATH}/applications/{application.id}"
            hits.append(Hit(application.name, "Application", "application", href))
    if actor.teams_with(Permission.SERVICE_READ) != frozenset():
        hits += [
            Hit(service.name, "Service", "service", f"{MOUNT_PATH}/services/{service.id}")
            for service in list_services(actor, work, _FOUND, ServiceFilter(search=text)).items
        ]
    if actor.teams_with(Permission.MODEL_READ) != frozenset():
        hits += [
            Hit(model.name, "Model", "model", f"{MOUNT_PATH}/models?q={quote(model.name, safe='')}")
            for model in list_models(actor, work, _FOUND, search=text).items
        ]
    return hits


async def open_palette(visit: Visit) -> None:
    """Open the search."""
    every = await visit.ask(find, "")
    with (
        ui.dialog().props("transition-duration=60") as dialog,
        box("pg-dialog pg-palette").props('role=dialog aria-modal=true aria-label="Search"'),
    ):
        field = ui.input(placeholder="Search pages, applications, services, models…")
        field.props('borderless dense autofocus debounce=120 aria-label="Search"')
        with field.add_slot("prepend"):
            ui.icon(icon_path("search")).style("font-size: 17px")
        with box("pg-palette-list"):
            results = box()
            nothing = Words("Nothing found.", "p", "pg-muted").style("padding: 10px")

    def row(hit: Hit) -> ui.element:
        link = box("pg-palette-item", "a").on("click", dialog.close)
        link.props["href"] = hit.href
        with link:
            icon(hit.icon)
            Words(hit.title, "span", "pg-grow pg-strong")
            Words(hit.what, "span", "pg-faint pg-small")
        return link

    rows, latest = Tiles(results, key=lambda hit: hit.href, build=row), Latest()

    def show(hits: list[Hit]) -> None:
        rows.show(hits)
        nothing.set_visibility(not hits)

    async def changed(event: ValueChangeEventArguments[str | None]) -> None:
        hits = await latest.answer(visit.ask(find, (event.value or "").strip()))
        if hits is not None:
            show(hits)

    show(every)
    field.on_value_change(changed)
    field.on("keydown.enter", js_handler="() => document.querySelector('.pg-palette-item')?.click()")
    dialog.on("show", js_handler="() => document.querySelector('.pg-palette input')?.focus()")
    dialog.on("hide", dialog.delete)
    dialog.open()
