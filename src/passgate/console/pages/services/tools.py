"""A service's MCP tools: which agents may call, each switched on or off, and how agents connect."""

import json
from functools import partial
from typing import TYPE_CHECKING, cast

from nicegui import run

from passgate.console.components.badge import Tone, badge
from passgate.console.components.banner import banner
from passgate.console.components.button import button
from passgate.console.components.card import card, card_head
from passgate.console.components.copyable import snippet
from passgate.console.components.dialog import view_dialog
from passgate.console.components.empty import empty, next_step
from passgate.console.components.facts import facts
from passgate.console.components.moment import Moment
from passgate.console.components.table import Column, Row, Table, act, tag
from passgate.console.components.text import Words, box, muted
from passgate.console.pages.services.connecting import how_to_connect
from passgate.console.visit import Visit
from passgate.publishing.mcp.schemas import OfferView, ServerView, ToolAllowance, ToolForm, ToolState, ToolView
from passgate.publishing.mcp.server_listing import ServerNotListedError, list_tools
from passgate.publishing.mcp.servers import SERVER_KIND, keep_failure, keep_tools, server_address
from passgate.publishing.mcp.service import get_offer, set_tool
from passgate.publishing.schemas import ServiceView

if TYPE_CHECKING:
    from passgate.publishing.mcp.server_tools import SeenServer

_COLUMNS = (
    Column("name", "Tool", "main"),
    Column("call", "Call", "code"),
    Column("state", "State", "badge"),
    Column("actions", "Actions", "actions"),
)
_STATES: dict[ToolState, tuple[str, Tone]] = {
    "new": ("Not offered", "plain"),
    "offered": ("Offered", "good"),
    "changed": ("Changed: withheld", "warn"),
    "gone": ("Gone from the server", "bad"),
}
_LONGEST = 160


async def tools_part(visit: Visit, service: ServiceView, *, may_publish: bool) -> None:
    """The tools, and how to connect."""
    offer = await visit.ask(get_offer, service.id)
    changed = [tool.name for tool in offer.tools if tool.state == "changed"]
    if changed:
        text = f"{', '.join(changed)}: not offered until somebody looks at what it is now and allows it anew."
        with banner("The server has changed tools that were allowed", text, tone="warn"):
            pass
    with box("pg-main-aside"):
        with box("pg-stack"):
            _tools_card(visit, service, offer, may_publish=may_publish)
            if offer.server is not None and offer.server.left_out:
                _left_out(offer.server)
        with box("pg-stack"):
            _connecting(visit, service, offer)
            if offer.server is not None:
                _about(offer.server)


def _tools_card(visit: Visit, service: ServiceView, offer: OfferView, *, may_publish: bool) -> None:
    tools = {tool.route: tool for tool in offer.tools}
    is_server = service.kind == SERVER_KIND

    async def done(route: str, what: str) -> None:
        tool = tools[route]
        if what == "look":
            _look(visit, service, tool, may_publish=may_publish)
        else:
            await _set(visit, service, tool, offered=what == "offer")

    async def refresh() -> None:
        await _refresh(visit, service)

    lead = "Nothing is offered to agents until it is switched on here; it holds at once."
    if is_server:
        lead = "Each tool is offered in the form that you looked at; one that the server changes is withheld."
    with card(flush=True):
        with card_head("MCP tools", lead):
            if is_server and may_publish:
                button("Refresh list", refresh, icon="refresh")
        if offer.server is not None and offer.server.failure:
            text = f"{offer.server.failure} What was allowed is still offered."
            with banner("The server gave no tools when it was asked last", text, tone="bad"):
                pass
        if offer.tools:
            rows = [_row(tool, is_server=is_server, may_publish=may_publish) for tool in offer.tools]
            Table(_COLUMNS, rows, label="MCP tools", on_act=done)
        else:
            step = next_step("Refresh list", refresh) if is_server and may_publish else None
            empty("bolt", "No tools yet", offer.reason, step)


def _row(tool: ToolView, *, is_server: bool, may_publish: bool) -> Row:
    text, tone = _STATES[tool.state]
    actions = [act("look", "Look", of=tool.name)]
    if may_publish and tool.state != "new":
        actions.append(act("take", "Take back", of=tool.name, tone="bad"))
    elif may_publish and not is_server:
        # A server's words are looked at before they are allowed; an operation's are the team's own.
        actions.append(act("offer", "Offer", of=tool.name))
    told = " ".join((tool.title or tool.description).split())
    return {
        "id": tool.route,
        "name": tool.name,
        "sub": told[:_LONGEST] + ("…" if len(told) > _LONGEST else ""),
        "call": f"{tool.method} {tool.path or '/'}",
        "state": tag(text, tone, dot=True),
        "actions": actions,
    }


def _look(visit: Visit, service: ServiceView, tool: ToolView, *, may_publish: bool) -> None:
    with view_dialog(tool.name, "What an agent is told of it.", done="Close") as dialog:
        now = ToolForm.model_validate(tool.model_dump())
        if tool.allowed is not None:
            with box("pg-row"):
                badge("What was allowed", "good")
            _form(tool.allowed)
            with box("pg-row"):
                badge("What the server says now", "warn")
        _form(now)

        async def allow() -> None:
            dialog.close()
            await _set(visit, service, tool, offered=True)

        if may_publish and tool.state in {"new", "changed"}:
            with box("pg-row"):
                button("Allow in this form" if tool.digest else "Offer this tool", allow, kind="primary", icon="check")


def _form(form: ToolForm) -> None:
    if form.title:
        Words(form.title, "p", "pg-strong")
    # As text, whatever a server puts into it.
    Words(form.description or "No description.", "p", "pg-small").style("white-space: pre-wrap")
    schemas = {"input": form.input_schema} | ({"output": form.output_schema} if form.output_schema else {})
    if form.annotations:
        schemas["hints"] = form.annotations
    snippet(json.dumps(schemas, indent=2, ensure_ascii=False), "text")


async def _set(visit: Visit, service: ServiceView, tool: ToolView, *, offered: bool) -> None:
    digest = tool.digest if offered and service.kind == SERVER_KIND else None
    await visit.change(set_tool, service.id, tool.route, ToolAllowance(offered=offered, digest=digest))
    visit.tell(f"{tool.name} is {'offered' if offered else 'no longer offered'}.")
    await visit.refresh()


async def _refresh(visit: Visit, service: ServiceView) -> None:
    address = await visit.ask(server_address, service.id)
    asking = partial(list_tools, address, private_addresses=visit.console.fetch_private_addresses)
    try:
        seen = cast("SeenServer", await run.io_bound(asking))
    except ServerNotListedError as error:
        await visit.change(keep_failure, service.id, error.message)
        visit.tell(error.message, "bad")
    else:
        await visit.change(keep_tools, service.id, seen)
        visit.tell("The list is fresh.")
    await visit.refresh()


def _about(server: ServerView) -> None:
    answered = server.answered_at
    with card("The server"):
        facts(
            [
                ("Calls itself", server.name or "nothing"),
                ("Asked", lambda: Moment(server.asked_at)),
                *([("Listed", lambda: Moment(answered))] if answered is not None else []),
            ]
        )


def _left_out(server: ServerView) -> None:
    with card("Cannot be offered"):
        for one in server.left_out:
            with box():
                Words(one["name"], "code")
                Words(one["reason"], "p", "pg-small")


def _connecting(visit: Visit, service: ServiceView, offer: OfferView) -> None:
    with card("How to connect"):
        how_to_connect(visit.console.public_url, offer.path or "/mcp", service.base_path)
        muted("Clients that sign people in find the authorization server by themselves (RFC 9728).")
        if offer.path is not None:
            muted(
                f"At {visit.console.public_url}/mcp an agent finds the tools of all services that its token may call."
            )
