"""A service in the portal: what it is, how it is called, which plans it has."""

from dataclasses import dataclass

from nicegui import ui
from nicegui.page_arguments import PageArguments

from passgate.console.components.badge import Tone, badge
from passgate.console.components.banner import banner
from passgate.console.components.button import button, link_button
from passgate.console.components.card import card
from passgate.console.components.copyable import snippet
from passgate.console.components.facts import facts
from passgate.console.components.page_header import page_header
from passgate.console.components.text import Words, box, muted
from passgate.console.edge import MOUNT_PATH
from passgate.console.entrance.routes import SIGN_IN
from passgate.console.pages.portal.subscribing import ask_to_subscribe
from passgate.console.pages.portal.wording import ACCESS, KINDS, plan_lines
from passgate.console.pages.services.connecting import how_to_connect
from passgate.console.visit import Visit, may_somewhere
from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.publishing.plans.schemas import PlanView
from passgate.publishing.portal.documents import portal_document
from passgate.publishing.portal.samples import Sample, samples_of
from passgate.publishing.portal.schemas import PortalService
from passgate.publishing.portal.service import portal_service
from passgate.publishing.schemas import VersionBrief
from passgate.storage.work import Work

_MOST_OPERATIONS = 60
_TONES: dict[str, Tone] = {"GET": "info", "POST": "good", "DELETE": "bad"}
_STATES: dict[str, Tone] = {"published": "good", "deprecated": "warn", "retired": "bad", "draft": "plain"}


@dataclass(frozen=True, slots=True)
class _Found:
    service: PortalService
    samples: list[Sample]
    may_subscribe: bool


async def show(visit: Visit, args: PageArguments) -> None:
    """Build the page."""
    found = await visit.ask(_find, args.path_parameters["service_id"], visit.console.public_url)
    service = found.service
    ui.page_title(f"{service.name} · Passgate")
    with page_header(service.name, service.description, trail=[("Portal", f"{MOUNT_PATH}/portal")]):
        if not visit.session_id:
            here = f"{MOUNT_PATH}/portal/services/{service.id}"
            link_button("Sign in to subscribe", f"{SIGN_IN}?next={here}", kind="primary")
        elif service.access == "subscription" and found.may_subscribe:
            button("Subscribe", lambda: ask_to_subscribe(visit, service), kind="primary", icon="plus")
    for version in service.versions:
        _warn_of(version)
    with ui.tabs().classes("pg-tabs").props("align=left no-caps dense inline-label :breakpoint=0") as tabs:
        for name in ("Overview", "Code samples", "Reference & try it"):
            ui.tab(name)
    with ui.tab_panels(tabs, value="Overview", animated=False).classes("pg-panels w-full"):
        with ui.tab_panel("Overview"):
            _overview(visit, found)
        with ui.tab_panel("Code samples"):
            _operations(found.samples)
        with ui.tab_panel("Reference & try it"):
            _reference(service)


def _find(actor: Actor, work: Work, service_id: str, origin: str) -> _Found:
    service = portal_service(actor, work, service_id)
    document = portal_document(actor, work, service_id)
    samples = samples_of(document, origin, with_token=service.access != "public")
    return _Found(service, samples, may_somewhere(actor, work, Permission.SUBSCRIPTION_WRITE))


def _warn_of(version: VersionBrief) -> None:
    if version.status != "deprecated":
        return
    until = f" It answers until {version.sunset_at:%d %B %Y}." if version.sunset_at else ""
    successor = f" Move to {version.successor}." if version.successor else ""
    with banner(f"{version.name} is deprecated", f"Build nothing new on it.{until}{successor}", tone="warn"):
        pass


def _overview(visit: Visit, found: _Found) -> None:
    service = found.service
    with box("pg-main-aside"):
        with box("pg-stack"):
            with card("About"):
                if service.documentation:
                    ui.markdown(service.documentation).classes("pg-markdown")
                else:
                    muted(service.description or "Its team has not described it yet.")
            if service.tools:
                _tools(visit, service)
            if service.plans:
                with card("Plans"), box("pg-plans"):
                    for plan in service.plans:
                        _plan(visit, found, plan)
        with card("At a glance"):
            facts(
                [
                    ("Kind", KINDS[service.kind]),
                    ("Team", service.team_name),
                    ("Who may call", ACCESS[service.access]),
                    ("Address", lambda: Words(service.address, "code")),
                    ("Versions", lambda: _versions(service)),
                    *([("Tags", ", ".join(service.tags))] if service.tags else []),
                ]
            )


def _tools(visit: Visit, service: PortalService) -> None:
    with card("Tools for agents (MCP)"):
        for tool in service.tools:
            with box("pg-row"):
                Words(tool.name, "code")
                Words(tool.description, "span", "pg-muted")
        if service.mcp_path is not None:
            how_to_connect(visit.console.public_url, service.mcp_path, service.base_path)


def _versions(service: PortalService) -> None:
    with box("pg-row"):
        for version in service.versions:
            badge(f"{version.name} · {version.status}", _STATES[version.status], dot=True)


def _plan(visit: Visit, found: _Found, plan: PlanView) -> None:
    with box("pg-plan"):
        with box("pg-between"):
            Words(plan.name, "h3")
            if plan.is_default:
                badge("Default", "brand")
        if plan.description:
            muted(plan.description)
        with box("", "ul"):
            for line in plan_lines(plan):
                Words(line, "li")
        if visit.session_id and plan.is_open and found.may_subscribe:
            button(f"Choose {plan.name}", lambda: ask_to_subscribe(visit, found.service, plan.id))


def _operations(samples: list[Sample]) -> None:
    with box("pg-stack"):
        for sample in samples[:_MOST_OPERATIONS]:
            with ui.expansion().classes("pg-operation") as operation:
                with operation.add_slot("header"), box("pg-row"):
                    badge(sample.method, _TONES.get(sample.method, "warn"))
                    Words(sample.path, "code")
                    Words(sample.summary, "span", "pg-muted")
                    if sample.deprecated:
                        badge("Deprecated", "warn")
                _languages(sample)
        if len(samples) > _MOST_OPERATIONS:
            muted(f"{len(samples) - _MOST_OPERATIONS} more stand in the reference.")


def _languages(sample: Sample) -> None:
    codes = {"curl": sample.curl, "Python": sample.python, "Node": sample.node, "Go": sample.go}
    with ui.tabs().classes("pg-tabs").props("align=left no-caps dense inline-label :breakpoint=0") as tabs:
        for name in codes:
            ui.tab(name)
    with ui.tab_panels(tabs, value="curl", animated=False).classes("pg-panels w-full"):
        with ui.tab_panel("curl"):
            snippet(sample.curl, "bash")
        with ui.tab_panel("Python"):
            snippet(sample.python, "python")
        with ui.tab_panel("Node"):
            snippet(sample.node, "javascript")
        with ui.tab_panel("Go"):
            snippet(sample.go, "text")


def _reference(service: PortalService) -> None:
    lead = "Put a token of yours in by “Authorize”; calls go through the gate, and count like any other."
    muted(lead if service.access != "public" else "Calls go through the gate; this service asks for no token.")
    others = [one.name for one in service.versions if one.name != service.default_version and one.status != "retired"]
    if others:
        with box("pg-row"):
            for name in others:
                link_button(f"Reference of {name}", f"/api/v1/portal/services/{service.id}/docs?version={name}")
    frame = box("pg-reference", "iframe").props(f'title="Reference of {service.id}"')
    frame.props(f'src="/api/v1/portal/services/{service.id}/docs"')
