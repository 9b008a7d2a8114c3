"""Adding a provider: pick a vendor, give its key, try it, save it."""

from nicegui import ui
from nicegui.page_arguments import PageArguments
from pydantic import SecretStr

from passgate.catalog.schemas import ConnectionTest, ProviderIn
from passgate.catalog.service.connection import record_test, test_connection, test_provider
from passgate.catalog.service.local_servers import LocalServer, find_local_servers
from passgate.catalog.service.providers import create_provider
from passgate.catalog.service.vendors import list_vendors
from passgate.catalog.vendors import Vendor
from passgate.console.components.badge import badge
from passgate.console.components.banner import banner
from passgate.console.components.button import button, link_button
from passgate.console.components.card import card
from passgate.console.components.field import search_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.page_header import page_header
from passgate.console.components.text import Words, box, muted
from passgate.console.components.tiles import Tiles
from passgate.console.edge import MOUNT_PATH
from passgate.console.formatting import hue, initials
from passgate.console.visit import Visit

_TRAIL = [("Providers", f"{MOUNT_PATH}/providers")]


async def show(visit: Visit, args: PageArguments) -> None:
    """Build the page: the vendors, or the form for the chosen one."""
    vendors = await visit.ask(list_vendors)
    chosen = next((one for one in vendors if one.id == args.query_parameters.get("vendor")), None)
    if chosen is None:
        found = _choose(vendors)
        _offer(found, await visit.ask(find_local_servers))
    else:
        _connect(visit, chosen)


def _choose(vendors: tuple[Vendor, ...]) -> ui.element:
    """Show the vendors; gives the place for what is found on the machine, which takes a moment."""
    page_header("Add a provider", "Where do the models come from?", trail=_TRAIL)
    found = box()
    with card():
        search = search_field("Search vendors", f"Search {len(vendors)} vendors").props("autofocus")
        tiles = Tiles(box("pg-vendors"), key=lambda one: one.id, build=_vendor)
        nothing = muted("No vendor of that name. One that speaks OpenAI's format works as “OpenAI-compatible”.")

    def show_matching() -> None:
        wanted = (search.value or "").strip().lower()
        matching = [one for one in vendors if wanted in f"{one.name} {one.id}".lower()]
        tiles.show(matching)
        nothing.set_visibility(not matching)

    show_matching()
    search.on_value_change(show_matching)
    return found


def _offer(place: ui.element, servers: list[LocalServer]) -> None:
    """The servers of models that answer on the gate's own machine."""
    with place:
        for server in servers:
            count = f"{len(server.models)} models" if len(server.models) != 1 else "1 model"
            with banner(f"{server.name} runs on this machine", f"{count} at {server.base_url}", tone="good"):
                link_button("Connect it", f"{MOUNT_PATH}/providers/new?vendor={server.vendor}", kind="quiet")


def _vendor(vendor: Vendor) -> ui.element:
    tile = box("pg-vendor", "a")
    tile.props["href"] = f"{MOUNT_PATH}/providers/new?vendor={vendor.id}"
    with tile:
        with box("pg-between").style("width: 100%"):
            mark = Words(initials(vendor.name), "span", "pg-monogram").props('aria-hidden="true"')
            mark.style(f"--hue: {hue(vendor.id)}")
            if vendor.local:
                badge("Your own", "brand")
        Words(vendor.name, "span", "pg-strong")
    return tile


def _connect(visit: Visit, vendor: Vendor) -> None:
    page_header(f"Connect {vendor.name}", "Its key is sealed before it is stored, and never shown again.", trail=_TRAIL)
    form = Form()
    with card() as holder:
        holder.style("max-width: 640px")
        form.problem_place()
        _fields(form, vendor)
        outcome = box()
        with box("pg-between"):
            link_button("Another vendor", f"{MOUNT_PATH}/providers/new", kind="quiet")
            with box("pg-row"):
                test = button("Test connection", icon="bolt")
                save = button("Save provider", kind="primary")

    async def try_out() -> None:
        result = await visit.ask(test_connection, _given(form, vendor))
        with outcome.clear():
            tell_outcome(result)

    async def keep() -> None:
        made = await visit.change(create_provider, _given(form, vendor))
        result = await visit.ask(test_provider, made.id)
        await visit.change(record_test, made.id, result)
        visit.go(f"/providers/{made.id}")

    async def on_test() -> None:
        await form.submit(try_out, test)

    async def on_save() -> None:
        await form.submit(keep, save)

    test.on_click(on_test)
    save.on_click(on_save)


def _fields(form: Form, vendor: Vendor) -> None:
    form.add("name", text_field("Name", value=vendor.name, help_text="Yours: it tells two accounts apart."))
    if vendor.needs_base_url or vendor.local:
        form.add(
            "base_url",
            text_field(
                "Base URL",
                placeholder=vendor.base_url,
                value=vendor.base_url if vendor.local else "",
                help_text="Where this account's API lies, with its version path.",
            ),
        )
    else:
        form.add(
            "base_url",
            text_field("Base URL", placeholder=vendor.base_url, optional=True, help_text="Empty: the vendor's own."),
        )
    form.add(
        "api_key",
        text_field("API key", placeholder=vendor.key_hint, optional=not vendor.needs_key, secret=True),
    )
    docs = Words(f"{vendor.name}'s documentation", "a", "pg-small")
    docs.props('target="_blank" rel="noopener noreferrer"')
    docs.props["href"] = vendor.docs_url


def tell_outcome(result: ConnectionTest) -> None:
    """What a connection test said."""
    with banner("Connected" if result.ok else "Not connected", result.message, tone="good" if result.ok else "bad"):
        pass


def _given(form: Form, vendor: Vendor) -> ProviderIn:
    key = form.text("api_key")
    return ProviderIn(
        vendor=vendor.id,
        name=form["name"],
        base_url=form.text("base_url"),
        api_key=SecretStr(key) if key else None,
    )
