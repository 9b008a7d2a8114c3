"""The form of a service."""

from nicegui import ui

from passgate.console.components.dialog import form_dialog
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.text import Words, box
from passgate.console.pages.services.rows import ACCESS_CHOICES
from passgate.console.visit import Visit
from passgate.publishing.schemas import ServiceChange, ServiceView
from passgate.publishing.service.services import update_service


async def ask_to_change(visit: Visit, service: ServiceView) -> None:
    """Ask for what is to change of a service."""

    async def change(form: Form) -> None:
        await visit.change(update_service, service.id, ServiceChange.model_validate(_values(form)))
        await visit.refresh()

    lead = "Changes of a published service take effect at once, without cutting a call."
    with form_dialog("Edit service", lead, "Save", change, size="wide") as form:
        form.add("name", text_field("Name", value=service.name))
        _fields(visit, form, service)


def _fields(visit: Visit, form: Form, service: ServiceView | None) -> None:
    with box("pg-grid-2"):
        form.add(
            "base_path",
            text_field(
                "Base path",
                value=service.base_path if service else "",
                placeholder="/orders",
                help_text=f"Callers use {visit.console.public_url}/<base path>/…",
            ),
        )
        form.add(
            "upstream_url",
            text_field(
                "Upstream URL",
                value=(service.upstream_url or "") if service else "",
                placeholder="http://localhost:9000",
                help_text="Where the calls go; http or https.",
            ),
        )
    form.add(
        "access",
        choice_field("Who may call", ACCESS_CHOICES, value=service.access if service else "subscription"),
    )
    form.add(
        "description", text_field("Description", value=service.description if service else "", optional=True, lines=2)
    )
    with ui.expansion("More").classes("pg-more w-full").props("dense"), box("pg-stack-s"):
        _rare_fields(form, service)


def _rare_fields(form: Form, service: ServiceView | None) -> None:
    tags = ", ".join(service.tags) if service else ""
    help_text = "Lower-case words with commas between; lists are narrowed by them."
    form.add("tags", text_field("Tags", value=tags, optional=True, placeholder="sales, partners", help_text=help_text))
    with box("pg-row"):
        form.add(
            "strip_base_path", ui.switch("Strip the base path", value=service.strip_base_path if service else True)
        )
        Words("The upstream sees /42 for /orders/42.", "span", "pg-help")
    with box("pg-grid-3"):
        form.add(
            "timeout_ms",
            text_field(
                "Timeout",
                value=str(service.timeout_ms if service else 30_000),
                help_text="Milliseconds for the whole answer; 0: none.",
            ),
        )
        form.add(
            "connect_timeout_ms",
            text_field(
                "Connect timeout",
                value=str(service.connect_timeout_ms if service else 2_000),
                help_text="Milliseconds.",
            ),
        )
        form.add(
            "host_header",
            text_field(
                "Host header",
                value=(service.host_header or "") if service else "",
                optional=True,
                help_text="Empty: the upstream's own.",
            ),
        )


def _values(form: Form) -> dict[str, object]:
    names = ("name", "base_path", "upstream_url", "access", "description", "strip_base_path", "timeout_ms")
    return {
        **{name: form[name] for name in names},
        "connect_timeout_ms": form["connect_timeout_ms"],
        "host_header": form.text("host_header"),
        "tags": (form["tags"] or "").replace(",", " ").split(),
    }
