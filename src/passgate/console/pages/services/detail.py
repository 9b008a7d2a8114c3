"""One service: how to call it, and who may."""

from dataclasses import dataclass

from nicegui.page_arguments import PageArguments

from passgate.console.components.badge import badge
from passgate.console.components.banner import banner
from passgate.console.components.button import button
from passgate.console.components.card import card
from passgate.console.components.confirm import confirm
from passgate.console.components.copyable import identifier, snippet
from passgate.console.components.facts import facts
from passgate.console.components.moment import Moment
from passgate.console.components.page_header import page_header
from passgate.console.components.segmented import segmented
from passgate.console.components.text import Words, box, muted
from passgate.console.edge import MOUNT_PATH
from passgate.console.formatting import milliseconds
from passgate.console.pages.calls.list import calls_of_service
from passgate.console.pages.prompts.snippets import call_snippets
from passgate.console.pages.services.certificates import certificates_card
from passgate.console.pages.services.first_call import first_call
from passgate.console.pages.services.form import ask_to_change
from passgate.console.pages.services.plans import plans_part
from passgate.console.pages.services.policy_list import PolicyList, policies_card
from passgate.console.pages.services.purging import purging
from passgate.console.pages.services.rows import ACCESS_TEXTS, STATUS_TONES
from passgate.console.pages.services.subscribers import subscribers_card
from passgate.console.pages.services.tools import tools_part
from passgate.console.pages.services.versions import versions_part
from passgate.console.pages.teams_of import team_names
from passgate.console.visit import Visit
from passgate.contracts.prompt import PromptDefinition
from passgate.contracts.service_policy import AnyPolicy
from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.publishing.prompts.revisions import shown_prompt
from passgate.publishing.schemas import ServiceChange, ServiceView
from passgate.publishing.service.lifecycle import publish_service, retire_service
from passgate.publishing.service.services import delete_service, get_service, update_service
from passgate.storage.work import Work

_PARTS = {
    "overview": "Overview",
    "versions": "Versions and revisions",
    "policies": "Policies",
    "tools": "MCP tools",
    "plans": "Plans",
    "calls": "Calls",
}
_POLICIES = (
    "They hold for all versions, at once, in the order in which the gate asks them; a revision may have its own."
)


@dataclass(frozen=True, slots=True)
class _Found:
    service: ServiceView
    curl: str
    team: str
    may_write: bool
    may_publish: bool
    prompt: PromptDefinition | None
    """Of a prompt of the actor's own teams."""
    is_own: bool
    may_see_calls: bool
    may_see_subscribers: bool


async def show(visit: Visit, args: PageArguments) -> None:
    """Build the page."""
    found = await visit.ask(_find, args.path_parameters["service_id"], visit.console.public_url)
    service = found.service
    with page_header(service.name, service.description, trail=[("Services", f"{MOUNT_PATH}/services")]):
        if found.may_write:
            _actions(visit, service)
    if service.status == "draft":
        with banner("This service is a draft", "Calls to its base path get 404 until it is published."):
            pass
    part = args.query_parameters.get("part", "overview") if found.is_own else "overview"
    if found.is_own:
        parts = {key: text for key, text in _PARTS.items() if key != "calls" or found.may_see_calls}
        with box("pg-row"):
            segmented("Part", parts, part, lambda key: visit.go(f"/services/{service.id}?part={key}"))
    if part == "versions":
        await versions_part(visit, service)
        return
    if part == "policies":
        _policies(visit, found)
        return
    if part == "tools":
        await tools_part(visit, service, may_publish=found.may_publish)
        return
    if part == "plans":
        await plans_part(visit, service, may_write=found.may_write)
        return
    if part == "calls":
        await calls_of_service(visit, service.id)
        return
    await _overview(visit, found)


async def _overview(visit: Visit, found: _Found) -> None:
    service = found.service
    with box("pg-main-aside"):
        with box("pg-stack"):
            _how_to_call(visit, found)
            if found.may_see_subscribers:
                await subscribers_card(visit, service)
            if found.is_own and service.hosts:
                await certificates_card(visit, service, may_publish=found.may_publish)
        _about(found)


def _policies(visit: Visit, found: _Found) -> None:
    service = found.service

    async def save(policies: list[AnyPolicy]) -> None:
        await visit.change(update_service, service.id, ServiceChange(policies=tuple(policies)))

    shown = PolicyList(
        service.policies,
        save if found.may_write else None,
        purge=purging(visit, service, may_publish=found.may_publish),
    )
    policies_card(visit, shown, _POLICIES)


def _find(actor: Actor, work: Work, service_id: str, origin: str) -> _Found:
    service = get_service(actor, work, service_id)
    return _Found(
        service=service,
        curl=first_call(actor, work, service, origin),
        team=team_names(actor, work).get(service.team_id, "Another team"),
        may_write=actor.may(Permission.SERVICE_WRITE, service.team_id),
        may_publish=actor.may(Permission.SERVICE_PUBLISH, service.team_id),
        prompt=shown_prompt(actor, work, service),
        is_own=actor.may(Permission.SERVICE_READ, service.team_id),
        may_see_calls=actor.may(Permission.CALL_READ, service.team_id),
        may_see_subscribers=actor.teams_with(Permission.SUBSCRIPTION_READ) != frozenset(),
    )


def _actions(visit: Visit, service: ServiceView) -> None:
    async def publish() -> None:
        await visit.change(publish_service, service.id)
        visit.tell(f"{service.name} is published.")
        await visit.refresh()

    async def retire() -> None:
        await visit.change(retire_service, service.id)
        visit.tell(f"{service.name} is retired.")
        await visit.refresh()

    async def delete() -> None:
        await visit.change(delete_service, service.id)
        visit.tell(f"{service.name} is deleted.")
        visit.go("/services")

    button("Edit", lambda: ask_to_change(visit, service), icon="edit")
    if service.status == "published":
        button(
            "Retire",
            lambda: confirm(
                f"Retire “{service.name}”?",
                "Its route closes at once: callers get 410. It can be published again; subscriptions stay.",
                "Retire service",
                retire,
            ),
            icon="ban",
        )
        return
    button(
        "Delete",
        lambda: confirm(
            f"Delete “{service.name}”?",
            "Its subscriptions go with it. This cannot be undone.",
            "Delete service",
            delete,
        ),
        icon="trash",
    )
    button("Publish", publish, kind="primary", icon="bolt")


def _how_to_call(visit: Visit, found: _Found) -> None:
    service = found.service
    origin = visit.console.public_url
    if service.hosts:
        origin = f"{origin.partition('://')[0]}://{service.hosts[0]}"
    url = f"{origin}{service.base_path}/"
    with card("Call it"):
        if service.access == "public":
            snippet(found.curl, "bash")
            muted("Anyone may call it; a token is not asked for.")
            return
        if service.kind == "mcp":
            snippet(f"{visit.console.public_url}/mcp{service.base_path}", "bash")
            muted("For agents that speak MCP; the part MCP tools tells how they connect.")
        elif found.prompt is not None:
            call_snippets(url.removesuffix("/"), found.prompt)
        else:
            snippet(found.curl, "bash")
        if service.access == "subscription":
            muted("Without a token the answer is 401, without a subscription 403.")
        else:
            muted("Any valid token will do; without one the answer is 401.")


def _about(found: _Found) -> None:
    service = found.service
    with card("About"):
        facts(
            [
                ("Status", lambda: badge(service.status.capitalize(), STATUS_TONES[service.status], dot=True)),
                ("Id", lambda: identifier(service.id)),
                ("Team", found.team),
                *([("Hosts", lambda: Words(", ".join(service.hosts), "code"))] if service.hosts else []),
                *([("Base path", lambda: Words(service.base_path, "code"))] if service.base_path else []),
                *([("Upstream", lambda: Words(service.upstream_url or "", "code"))] if service.upstream_url else []),
                ("Who may call", ACCESS_TEXTS[service.access]),
                *([("Base path is", "stripped" if service.strip_base_path else "kept")] if service.base_path else []),
                ("Timeout", milliseconds(service.timeout_ms) if service.timeout_ms else "none"),
                ("Created", lambda: Moment(service.created_at, "date")),
            ]
        )
