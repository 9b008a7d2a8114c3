"""One revision: its upstreams, policies, routes, and how it answers; a draft is edited here."""

from dataclasses import dataclass

from nicegui.page_arguments import PageArguments

from passgate.console.components.badge import badge
from passgate.console.components.banner import banner
from passgate.console.components.button import button
from passgate.console.components.confirm import confirm
from passgate.console.components.page_header import page_header
from passgate.console.components.text import box
from passgate.console.edge import MOUNT_PATH
from passgate.console.pages.prompts.revision import prompt_part
from passgate.console.pages.services.answering import answering_card
from passgate.console.pages.services.policy_list import PolicyList, policies_card
from passgate.console.pages.services.pools import Pools, pools_card
from passgate.console.pages.services.publishing import ask_to_publish
from passgate.console.pages.services.purging import purging
from passgate.console.pages.services.revising import HeldRevision, ask_for_json, definition_given, revise
from passgate.console.pages.services.routes import routes_card
from passgate.console.pages.services.rows import REVISION_TONES
from passgate.console.visit import Visit
from passgate.contracts.service_policy import AnyPolicy
from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.publishing.schemas import ServiceView
from passgate.publishing.service.review import submit_revision
from passgate.publishing.service.revisions import delete_revision, get_revision, update_revision
from passgate.publishing.service.services import get_service
from passgate.publishing.service.versions import list_versions
from passgate.publishing.version_schemas import RevisionChange, RevisionDetail, VersionView
from passgate.storage.work import Work

_POLICIES = "In the order in which the gate asks them. Of one kind, what stands here replaces the service's own."


@dataclass(frozen=True, slots=True)
class _Found:
    service: ServiceView
    version: VersionView
    revision: RevisionDetail
    may_write: bool
    may_publish: bool

    @property
    def is_open(self) -> bool:
        """Whether the reader may edit it."""
        return self.may_write and self.revision.status == "draft"


async def show(visit: Visit, args: PageArguments) -> None:
    """Build the page."""
    found = await visit.ask(_find, args.path_parameters["service_id"], args.path_parameters["revision_id"])
    service, revision, held = found.service, found.revision, HeldRevision(found.revision)
    trail = [("Services", f"{MOUNT_PATH}/services"), (service.name, _versions_path(service))]
    title = f"Revision {revision.number} of {found.version.name}"
    with page_header(title, revision.note, trail=trail):
        badge(revision.status.replace("_", " ").capitalize(), REVISION_TONES[revision.status], dot=True)
        _actions(visit, found, held)
    if not found.is_open and found.may_write:
        with banner("This revision does not change any more", "A new one starts as a copy of it.", tone="info"):
            pass
    definition = revision.definition

    async def save(**changed: object) -> None:
        given = definition_given({**held.revision.definition.model_dump(mode="json"), **changed})
        change = RevisionChange(definition=given, based_on=held.revision.digest)
        held.revision = await visit.change(update_revision, service.id, revision.id, change)

    async def save_pools(pools: Pools) -> None:
        await save(pools=pools)

    async def save_policies(policies: list[AnyPolicy]) -> None:
        await save(policies=[policy.model_dump(mode="json") for policy in policies])

    async def save_mocking(mock: bool) -> None:  # noqa: FBT001 - the state that is kept
        await save(mock=mock)

    with box("pg-stack"):
        if definition.prompt is not None:
            await prompt_part(visit, service, held, definition.prompt, save if found.is_open else None)
        else:
            pools_card(visit, definition.pools, save_pools if found.is_open else None)
        shown = PolicyList(
            own=definition.policies,
            save=save_policies if found.is_open else None,
            of_revision=True,
            inherited=service.policies,
            purge=purging(visit, service, may_publish=found.may_publish) if revision.status == "published" else None,
            routes={route.id: f"{' '.join(route.methods) or 'ANY'} {route.path}" for route in definition.routes},
        )
        policies_card(visit, shown, _POLICIES)
        if service.kind != "prompt":
            save_mock = save_mocking if found.is_open else None
            await answering_card(visit, service, held, save_mock, may_write=found.may_write)
            routes_card(definition.routes)


def _versions_path(service: ServiceView) -> str:
    return f"{MOUNT_PATH}/services/{service.id}?part=versions"


def _find(actor: Actor, work: Work, service_id: str, revision_id: str) -> _Found:
    service = get_service(actor, work, service_id)
    revision = get_revision(actor, work, service_id, revision_id)
    versions = list_versions(actor, work, service_id)
    return _Found(
        service=service,
        version=next(one for one in versions if one.id == revision.version_id),
        revision=revision,
        may_write=actor.may(Permission.SERVICE_WRITE, service.team_id),
        may_publish=actor.may(Permission.SERVICE_PUBLISH, service.team_id),
    )


def _actions(visit: Visit, found: _Found, held: HeldRevision) -> None:
    service, version, revision = found.service, found.version, found.revision
    if not found.may_write:
        return
    if not found.is_open:

        async def copy() -> None:
            await revise(visit, service, version, revision)

        button("Edit as a new draft", copy, kind="primary", icon="edit")
        return
    _draft_actions(visit, found, held)


def _draft_actions(visit: Visit, found: _Found, held: HeldRevision) -> None:
    service, version, revision = found.service, found.version, found.revision

    async def delete() -> None:
        await visit.change(delete_revision, service.id, revision.id)
        visit.go(f"/services/{service.id}?part=versions")

    async def publish() -> None:
        if await held.ready():
            await ask_to_publish(visit, service, version, held.revision)

    async def submit() -> None:
        if await held.kept():
            await visit.change(submit_revision, service.id, revision.id)
            await visit.refresh()

    text = "What was changed in it is lost."
    button("Delete", lambda: confirm("Delete this draft?", text, "Delete draft", delete), icon="trash")
    if service.kind == "prompt":
        button("Save draft", held.kept)
    button("Edit as JSON", lambda: ask_for_json(visit, service, held.revision), icon="edit")
    if service.review_required:
        button("Submit", submit, kind="primary")
    elif found.may_publish:
        button("Publish", publish, kind="primary", icon="bolt")
