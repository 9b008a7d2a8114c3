"""The form of an MCP server that becomes a service."""

from collections.abc import Mapping, Sequence

from passgate.console.components.button import button
from passgate.console.components.card import card
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.page_header import page_header
from passgate.console.components.text import box
from passgate.console.pages.services.rows import ACCESS_CHOICES
from passgate.console.visit import Visit
from passgate.kernel.errors import InvalidInputError
from passgate.publishing.mcp.servers import SERVER_KIND
from passgate.publishing.schemas import ServiceIn
from passgate.publishing.service.services import create_service
from passgate.publishing.upstream_url import checked_upstream_url, pool_of

_CONNECT_MS = 2_000


def build_server_form(visit: Visit, teams: Mapping[str, str], trail: Sequence[tuple[str, str]]) -> None:
    """Ask for a server, publish it with none of its tools allowed, and open its tools."""
    form = Form()

    async def create() -> None:
        made = await visit.change(create_service, _given(form))
        visit.go(f"/services/{made.id}?part=tools")

    lead = "Agents reach it through the gate, with your tokens and limits; its tools are allowed one by one."
    page_header("MCP server", lead, trail=trail)
    with card():
        form.problem_place()
        with box("pg-grid-2"):
            form.add("name", text_field("Name", placeholder="Files"))
            form.add("team_id", choice_field("Team", teams, value=next(iter(teams), None)))
            form.add("base_path", text_field("Base path", placeholder="/files"))
            form.add("upstream_url", text_field("Server URL", placeholder="https://files.example.org/mcp"))
            form.add("header", text_field("Credential's header", value="authorization", optional=True))
            sealed = "Sealed at once."
            value = text_field("Credential", optional=True, secret=True, placeholder="Bearer …", help_text=sealed)
            form.add("value", value)
        form.add("access", choice_field("Who may call", ACCESS_CHOICES, value="subscription"))
        form.add("description", text_field("Description", optional=True, lines=2))
        with box("pg-row").style("justify-content: flex-end"):
            pressed = button("Add server", kind="primary")
            pressed.on_click(lambda: form.submit(create, pressed))


def _given(form: Form) -> ServiceIn:
    try:
        url = checked_upstream_url((form["upstream_url"] or "").strip())
    except ValueError as error:
        raise InvalidInputError(str(error).capitalize() + ".", field="upstream_url") from None
    pool = pool_of(url, host_header=None, connect_timeout_ms=_CONNECT_MS)
    value = form.text("value")
    credentials = [{"header": form.text("header") or "authorization", "value": value}] if value else []
    tls: dict[str, object] | None = {} if pool.tls is not None else None
    whole = {"endpoints": [pool.endpoints[0].model_dump()], "path_prefix": pool.path_prefix, "tls": tls}
    return ServiceIn.model_validate(
        {
            "team_id": form["team_id"] or "",
            "name": form["name"],
            "kind": SERVER_KIND,
            "base_path": form["base_path"],
            "access": form["access"],
            "description": form["description"] or "",
            "definition": {"pools": [{**whole, "credentials": credentials}]},
            "publish": True,
        }
    )
