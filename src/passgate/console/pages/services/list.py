"""All services."""

from nicegui.page_arguments import PageArguments

from passgate.console.components.button import link_button
from passgate.console.components.card import card
from passgate.console.components.empty import empty, next_page
from passgate.console.components.field import filter_field, search_field
from passgate.console.components.listing import Listing
from passgate.console.components.page_header import page_header
from passgate.console.components.table import Column, Row, tag
from passgate.console.components.text import box
from passgate.console.edge import MOUNT_PATH
from passgate.console.pages.services.rows import ACCESS_TEXTS, STATUS_TONES, VERSION_TONES
from passgate.console.visit import Visit, may_somewhere
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.publishing.schemas import ServiceFilter, ServiceView
from passgate.publishing.service.services import list_services
from passgate.publishing.service.tags import tags_in_use

_NEW = f"{MOUNT_PATH}/services/new"
_COLUMNS = (
    Column("name", "Name", "main"),
    Column("status", "Status", "badge"),
    Column("versions", "Versions", "badges"),
    Column("path", "Base path", "code"),
    Column("access", "Who may call"),
    Column("upstream", "Upstream", "code"),
    Column("subscriptions", "Subscriptions", "number"),
)
_STATUSES = {"": "Every status", "draft": "Draft", "published": "Published", "retired": "Retired"}


async def show(visit: Visit, _args: PageArguments) -> None:
    """Build the page."""
    lead = "APIs, prompts and MCP servers behind the gate: who may call them is decided before they are reached."
    creates = await visit.ask(may_somewhere, Permission.SERVICE_WRITE)
    with page_header("Services", lead):
        if creates:
            link_button("New service", _NEW, kind="primary", icon="plus")
    with box("pg-filters"):
        search = search_field("Search services")
        status = filter_field("Status", _STATUSES, "")
        tags = await visit.ask(tags_in_use)
        wanted_tag = filter_field("Tag", {"": "Every tag", **{one: one for one in tags}}, "")
        wanted_tag.set_visibility(bool(tags))

    async def fetch(page: PageRequest) -> Page[ServiceView]:
        text = (search.value or "").strip() or None
        wanted = ServiceFilter(search=text, status=status.value or None, tag=wanted_tag.value or None)
        return await visit.ask(list_services, page, wanted)

    with card(flush=True):
        listing = Listing(
            _COLUMNS,
            label="Services",
            noun="service",
            fetch=fetch,
            row=_row,
            narrowed=lambda: bool(search.value or status.value or wanted_tag.value),
            when_empty=lambda: empty(
                "service",
                "No services yet",
                "Publish a REST API from its OpenAPI document or its URL alone, a prompt, an MCP server.",
                next_page("New service", _NEW) if creates else None,
            ),
        )
    await listing.load()
    for field in (search, status, wanted_tag):
        field.on_value_change(listing.load)


def _row(service: ServiceView) -> Row:
    return {
        "id": service.id,
        "href": f"{MOUNT_PATH}/services/{service.id}",
        "name": service.name,
        "sub": " · ".join(part for part in (service.description, ", ".join(service.tags)) if part),
        "status": tag(service.status.capitalize(), STATUS_TONES[service.status], dot=True),
        "versions": [
            tag(one.name, VERSION_TONES[one.status], title=one.status.capitalize()) for one in service.versions
        ],
        "path": service.base_path,
        "access": ACCESS_TEXTS[service.access],
        "upstream": service.upstream_url,
        "subscriptions": service.subscription_count,
    }
