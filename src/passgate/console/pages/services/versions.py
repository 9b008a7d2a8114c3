"""A service's versions and revisions: what answers now, and what its owners do about it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from passgate.console.components.badge import Tone, badge
from passgate.console.components.button import button
from passgate.console.components.card import card, card_head
from passgate.console.components.confirm import confirm
from passgate.console.components.table import Column, Row, Table, act, bar, tag
from passgate.console.components.text import box, muted
from passgate.console.edge import MOUNT_PATH
from passgate.console.pages.services.publishing import ask_to_publish, ask_to_share
from passgate.console.pages.services.revising import ask_to_review, ask_to_version, revise
from passgate.console.pages.services.rows import REVISION_TONES, VERSION_TONES
from passgate.console.pages.services.schedule import ask_for_step, may_be_planned, planned_steps
from passgate.console.pages.services.sunset import ask_to_deprecate, ask_to_retire
from passgate.console.visit import Visit
from passgate.kernel.actor import Actor
from passgate.kernel.pagination import PageRequest
from passgate.kernel.permissions import Permission
from passgate.metering.service.revision_traffic import RevisionTraffic, revision_traffic
from passgate.publishing.schemas import ServiceView
from passgate.publishing.service.release import roll_back
from passgate.publishing.service.retirement import republish_version, undeprecate_version
from passgate.publishing.service.review import submit_revision, withdraw_revision
from passgate.publishing.service.revisions import list_revisions
from passgate.publishing.service.versions import list_versions
from passgate.publishing.version_schemas import RevisionView, VersionView
from passgate.storage.work import Work

_NEWEST = PageRequest(limit=20)
_COLUMNS = (
    Column("name", "Revision", "main"),
    Column("status", "Status", "badge"),
    Column("weight", "Calls", "bar"),
    Column("failed", "Failed, last hour", "bar"),
    Column("created", "Made", "relative"),
    Column("published", "Published", "relative"),
    Column("actions", "Actions", "actions"),
)
_MANY = 0.05
"""Of a revision's calls; from there on it looks bad."""
_OPEN = frozenset({"published", "deprecated"})


@dataclass(frozen=True, slots=True)
class _Known:
    version: VersionView
    revisions: Sequence[RevisionView]
    traffic: Mapping[str, RevisionTraffic]
    """By the revision's id; none where it had no call."""


@dataclass(frozen=True, slots=True)
class _Rights:
    """What the reader may do in the service's team."""

    actor_id: str
    write: bool
    review: bool
    publish: bool


async def versions_part(visit: Visit, service: ServiceView) -> None:
    """A card for each version, the newest first."""
    found = await visit.ask(_find, service.id)
    may = await visit.ask(_rights, service.team_id)
    if may.write:
        with box("pg-between"):
            muted("Versions live side by side; a version's revisions replace each other, or share its calls.")
            button("New version", lambda: ask_to_version(visit, service), icon="plus")
    with box("pg-stack"):
        for known in reversed(found):
            _version_card(visit, service, known, may)
    numbers = {one.id: one.number for known in found for one in known.revisions}
    await planned_steps(visit, service, numbers, may_publish=may.publish)


def _find(actor: Actor, work: Work, service_id: str) -> list[_Known]:
    traffic = {one.revision_id: one for one in revision_traffic(actor, work, service_id)}
    versions = list_versions(actor, work, service_id)
    return [_Known(one, list_revisions(actor, work, _NEWEST, service_id, one.id).items, traffic) for one in versions]


def _rights(actor: Actor, work: Work, team_id: str) -> _Rights:
    del work
    return _Rights(
        actor_id=actor.id,
        write=actor.may(Permission.SERVICE_WRITE, team_id),
        review=actor.may(Permission.SERVICE_REVIEW, team_id),
        publish=actor.may(Permission.SERVICE_PUBLISH, team_id),
    )


def _version_card(visit: Visit, service: ServiceView, known: _Known, may: _Rights) -> None:
    version = known.version

    async def done(revision_id: str, what: str) -> None:
        revision = next(one for one in known.revisions if one.id == revision_id)
        if what == "publish":
            await ask_to_publish(visit, service, version, revision)
        elif what == "submit":
            await visit.change(submit_revision, service.id, revision_id)
            await visit.refresh()
        elif what == "withdraw":
            await visit.change(withdraw_revision, service.id, revision_id)
            await visit.refresh()
        elif what == "review":
            await ask_to_review(visit, service, revision)
        else:
            await revise(visit, service, version, revision)

    with card(flush=True):
        with card_head(version.name), box("pg-row pg-card-acts"):
            badge(version.status.capitalize(), VERSION_TONES[version.status], dot=True)
            if may.publish:
                _acts(visit, service, known)
            if may.write and version.status != "retired":
                start = partial(revise, visit, service, version, known.revisions[0])
                label = "Edit draft" if known.revisions[0].status == "draft" else "New revision"
                button(label, start, icon="edit" if known.revisions[0].status == "draft" else "plus")
        sentence = _sentence(version)
        if sentence:
            muted(sentence).classes("pg-small pg-card-line")
        rows = [
            {
                **_row(service, one, may),
                "failed": _failed(known.traffic.get(one.id)),
            }
            for one in known.revisions
        ]
        Table(_COLUMNS, rows, label=f"Revisions of {version.name}", on_act=done)


def _acts(visit: Visit, service: ServiceView, known: _Known) -> None:
    version = known.version
    if may_be_planned(version, known.revisions):
        button("Plan a step", partial(ask_for_step, visit, service, version, known.revisions), icon="clock")

    def step(use_case: Callable[..., VersionView], told: str) -> Callable[[], Awaitable[None]]:
        async def made() -> None:
            await visit.change(use_case, service.id, version.id)
            visit.tell(told)
            await visit.refresh()

        return made

    if version.status == "retired":
        button("Publish again", step(republish_version, f"{version.name} answers again."), icon="bolt")
        return
    if version.status not in _OPEN:
        return
    if len(version.live) > 1:
        button("Share calls", partial(ask_to_share, visit, service, version))
    if sum(1 for one in known.revisions if one.published_at is not None) > 1:
        text = "The revision before gets all calls again, at once."
        job = step(roll_back, f"{version.name} is rolled back.")
        button("Roll back", partial(confirm, f"Roll back {version.name}?", text, "Roll back", job), icon="refresh")
    if version.status == "deprecated":
        button("Undo deprecation", step(undeprecate_version, f"{version.name} is no longer deprecated."))
    button(
        "Deprecate" if version.status == "published" else "Change sunset",
        partial(ask_to_deprecate, visit, service, version),
    )
    button("Retire", partial(ask_to_retire, visit, service, version), icon="ban")


def _sentence(version: VersionView) -> str:
    parts = ["The default version."] if version.is_default else []
    if version.deprecated_at is not None and version.status == "deprecated":
        parts.append(f"Deprecated since {version.deprecated_at:%d %b %Y}.")
    if version.status == "retired" and version.retired_at is not None:
        parts.append(f"Retired on {version.retired_at:%d %b %Y, %H:%M} UTC.")
    elif version.sunset_at is not None:
        parts.append(f"Retires itself on {version.sunset_at:%d %b %Y, %H:%M} UTC.")
    if version.successor:
        parts.append(f"Its successor is {version.successor}.")
    return " ".join(parts)


def _row(service: ServiceView, revision: RevisionView, may: _Rights) -> Row:
    name = f"Revision {revision.number}"
    actions = []
    if may.publish and _may_go_live(service, revision):
        label = "Publish" if revision.published_at is None else "Publish again"
        actions.append(act("publish", label, of=name))
    if may.write and revision.status == "draft" and service.review_required:
        actions.append(act("submit", "Submit", of=name))
    if (
        may.review
        and revision.status == "in_review"
        and may.actor_id not in {revision.created_by, revision.submitted_by}
    ):
        actions.append(act("review", "Review", of=name))
    if may.write and revision.status in {"in_review", "approved"}:
        actions.append(act("withdraw", "Withdraw", of=name))
    if may.write:
        actions.append(act("copy", "Edit" if revision.status == "draft" else "Copy", of=name))
    tone: Tone = REVISION_TONES[revision.status]
    return {
        "id": revision.id,
        "href": f"{MOUNT_PATH}/services/{service.id}/revisions/{revision.id}",
        "name": name,
        "sub": revision.note,
        "status": tag(revision.status.replace("_", " ").capitalize(), tone, dot=True),
        "weight": bar(f"{revision.weight} %", revision.weight / 100, "good") if revision.weight is not None else None,
        "created": revision.created_at.isoformat(),
        "published": revision.published_at.isoformat() if revision.published_at else None,
        "actions": actions,
    }


def _failed(traffic: RevisionTraffic | None) -> object:
    if traffic is None:
        return None
    share = traffic.failed / traffic.calls
    tone: Tone = "bad" if share >= _MANY else "warn" if share else "good"
    return bar(f"{traffic.failed:,} of {traffic.calls:,}", share, tone)


def _may_go_live(service: ServiceView, revision: RevisionView) -> bool:
    if revision.status == "draft":
        return not service.review_required
    return revision.status in {"approved", "superseded"} or (revision.status == "published" and revision.weight != 100)  # noqa: PLR2004 - percent
