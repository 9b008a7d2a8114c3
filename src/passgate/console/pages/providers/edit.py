"""Changing a provider."""

from pydantic import SecretStr

from passgate.catalog.schemas import ProviderChange, ProviderView
from passgate.catalog.service.providers import update_provider
from passgate.console.components.dialog import form_dialog
from passgate.console.components.field import text_field
from passgate.console.components.form import Form
from passgate.console.visit import Visit


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
