"""All models that clients may ask for."""

from nicegui.page_arguments import PageArguments

from passgate.catalog.schemas import ModelView
from passgate.catalog.service.models import list_models
from passgate.console.components.button import link_button
from passgate.console.components.card import card
from passgate.console.components.empty import empty, next_page
from passgate.console.components.field import search_field
from passgate.console.components.listing import Listing
from passgate.console.components.page_header import page_header
from passgate.console.components.table import Column, Row, tag
from passgate.console.components.text import box
from passgate.console.edge import MOUNT_PATH
from passgate.console.formatting import compact, per_million
from passgate.console.visit import Visit
from passgate.kernel.pagination import Page, PageRequest

_COLUMNS = (
    Column("name", "Model", "main"),
    Column("state", "State", "badge"),
    Column("kind", "Kind", "badge"),
    Column("providers", "Answered by"),
    Column("context", "Context", "number"),
    Column("input", "Input / M", "number"),
    Column("output", "Output / M", "number"),
    Column("created", "Switched on", "relative"),
)


async def show(visit: Visit, args: PageArguments) -> None:
    """Build the page."""
    with page_header(
        "Models",
        "The names that clients ask for. More than one provider may answer for a model. "
        "Prices are US dollars per million tokens.",
    ):
        link_button("Switch on models", f"{MOUNT_PATH}/providers", icon="plus", kind="primary")
    with box("pg-filters"):
        search = search_field("Search models")
        search.set_value(args.query_parameters.get("q", ""))

    async def fetch(page: PageRequest) -> Page[ModelView]:
        return await visit.ask(list_models, page, (search.value or "").strip() or None)

    with card(flush=True):
        listing = Listing(
            _COLUMNS,
            label="Models",
            noun="model",
            fetch=fetch,
            row=_row,
            narrowed=lambda: bool(search.value),
            when_empty=lambda: empty(
                "model",
                "No models are on",
                "Open a provider and switch on the models that your applications may ask for.",
                next_page("Go to the providers", f"{MOUNT_PATH}/providers"),
            ),
        )
    await listing.load()
    search.on_value_change(listing.load)


def _row(model: ModelView) -> Row:
    first = min(model.deployments, key=lambda one: one.priority, default=None)
    price = first.price if first else None
    return {
        "id": model.id,
        "href": f"{MOUNT_PATH}/models/{model.id}",
        "name": model.name,
        "sub": model.owned_by,
        "state": tag("On", "good", dot=True) if model.is_enabled else tag("Off", "plain", dot=True),
        "kind": tag(model.kind),
        "providers": ", ".join(dict.fromkeys(one.provider_name for one in model.deployments)),
        "context": compact(model.context_window) if model.context_window else None,
        "input": per_million(price.input) if price else None,
        "output": per_million(price.output) if price else None,
        "created": model.created_at.isoformat(),
    }
