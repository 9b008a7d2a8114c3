"""All providers."""

from nicegui.page_arguments import PageArguments

from passgate.catalog.schemas import ProviderView
from passgate.catalog.service.providers import list_providers
from passgate.console.components.button import link_button
from passgate.console.components.card import card
from passgate.console.components.empty import empty, next_page
from passgate.console.components.field import search_field
from passgate.console.components.listing import Listing
from passgate.console.components.page_header import page_header
from passgate.console.components.table import Column, Row, tag
from passgate.console.components.text import box
from passgate.console.edge import MOUNT_PATH
from passgate.console.visit import Visit
from passgate.kernel.pagination import Page, PageRequest

NEW = f"{MOUNT_PATH}/providers/new"
_COLUMNS = (
    Column("name", "Name", "main"),
    Column("state", "Connection", "badge"),
    Column("base_url", "Base URL", "code"),
    Column("models", "Models", "number"),
    Column("tested", "Last tested", "relative"),
    Column("created", "Added", "relative"),
)


async def show(visit: Visit, _args: PageArguments) -> None:
    """Build the page."""
    with page_header("Providers", "Accounts at AI vendors. Their keys are sealed, and never leave the gate."):
        link_button("Add provider", NEW, kind="primary", icon="plus")
    with box("pg-filters"):
        search = search_field("Search providers")

    async def fetch(page: PageRequest) -> Page[ProviderView]:
        return await visit.ask(list_providers, page, (search.value or "").strip() or None)

    with card(flush=True):
        listing = Listing(
            _COLUMNS,
            label="Providers",
            noun="provider",
            fetch=fetch,
            row=_row,
            narrowed=lambda: bool(search.value),
            when_empty=lambda: empty(
                "provider",
                "No providers yet",
                "Add your account at OpenAI, Anthropic, or any of the others, or a model server of your own. "
                "Its models then answer through one URL, with one kind of token.",
                next_page("Add provider", NEW),
            ),
        )
    await listing.load()
    search.on_value_change(listing.load)


def _row(provider: ProviderView) -> Row:
    return {
        "id": provider.id,
        "href": f"{MOUNT_PATH}/providers/{provider.id}",
        "name": provider.name,
        "sub": provider.vendor_name,
        "state": connection_tag(provider),
        "base_url": provider.base_url,
        "models": provider.model_count,
        "tested": provider.last_test_at.isoformat() if provider.last_test_at else None,
        "created": provider.created_at.isoformat(),
    }


def connection_tag(provider: ProviderView) -> dict[str, object]:
    """What is known of a provider's connection, as a badge."""
    title = provider.last_test_message or ""
    if not provider.is_enabled:
        return tag("Switched off", "plain", dot=True)
    if provider.last_test_ok is None:
        return tag("Not tested", "plain", dot=True)
    if provider.last_test_ok:
        return tag("Connected", "good", dot=True, title=title)
    return tag("Failing", "bad", dot=True, title=title)
