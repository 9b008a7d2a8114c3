"""Changing a provider, and who may call it as it is."""

from nicegui import ui
from pydantic import SecretStr

from passgate.catalog.schemas import ProviderChange, ProviderView
from passgate.catalog.service.providers import update_provider
from passgate.console.components.dialog import form_dialog
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.server_search import search_on_server
from passgate.console.pages.applications_of import readable_applications
from passgate.console.visit import Visit
from passgate.identity.service.applications import application_names


async def ask_to_change(visit: Visit, provider: ProviderView) -> None:
    """Ask for what is to change of a provider; an empty key leaves the stored one."""

    async def change(form: Form) -> None:
        key = form.text("api_key")
        given = {"name": form["name"], "base_url": form["base_url"], **({"api_key": SecretStr(key)} if key else {})}
        await visit.change(update_provider, provider.id, ProviderChange.model_validate(given))
        await visit.refresh()

    with form_dialog("Edit provider", "Calls in flight end as they began.", "Save", change) as form:
        form.add("name", text_field("Name", value=provider.name))
        form.add("base_url", text_field("Base URL", value=provider.base_url))
        form.add(
            "api_key",
            text_field(
                "API key",
                optional=True,
                secret=True,
                placeholder="stored, sealed" if provider.has_api_key else "",
                help_text="Leave it empty to keep the stored one.",
            ),
        )


async def ask_for_pass_through(visit: Visit, provider: ProviderView) -> None:
    """Ask who may call a provider as it is."""
    chosen = provider.pass_through_applications
    names = await visit.ask(readable_applications) | await visit.ask(application_names, chosen)
    options = names | {one: one for one in chosen if one not in names}

    async def change(form: Form) -> None:
        given = {
            "pass_through": form["pass_through"],
            "pass_through_applications": form["pass_through_applications"] or [],
            "pass_through_charge_micro_dollars": form["pass_through_charge_micro_dollars"],
        }
        await visit.change(update_provider, provider.id, ProviderChange.model_validate(given))
        await visit.refresh()

    words = "Chosen applications call the vendor's own API unchanged, with limits and budgets, without translation."
    with form_dialog("Pass-through", words, "Save", change) as form:
        form.add("pass_through", ui.switch(f"Open at /providers/{provider.id}", value=provider.pass_through))
        callers = choice_field("Applications", options, value=chosen, multiple=True, searchable=True, optional=True)
        search_on_server(callers, lambda text: visit.ask(readable_applications, text))
        form.add("pass_through_applications", callers)
        form.add(
            "pass_through_charge_micro_dollars",
            text_field(
                "Charge of a call, micro-dollars",
                value=str(provider.pass_through_charge_micro_dollars),
                help_text="Where the vendor tells no usage, or no price is known. 1000 are a tenth of a cent.",
            ),
        )
