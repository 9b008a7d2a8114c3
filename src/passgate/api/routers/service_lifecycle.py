"""The life of services' versions: compared, reviewed, published, shared, rolled back, deprecated, retired, planned."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.api.edge import Edge
from passgate.gateway.spread import Spread, await_spread
from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.metering.service.affected import Affected, affected_by
from passgate.metering.service.revision_traffic import RevisionTraffic, revision_traffic
from passgate.publishing.lifecycle_schemas import (
    DeprecationIn,
    PublishIn,
    RetirementIn,
    ReviewIn,
    ScheduleIn,
    ScheduleView,
    WeightsIn,
)
from passgate.publishing.schemas import ServiceView
from passgate.publishing.service import release, retirement, review, schedules
from passgate.publishing.service.comparison import Comparison, compare_revision
from passgate.publishing.service.kept_answers import purge_answers
from passgate.publishing.version_schemas import RevisionDetail, VersionView

router = APIRouter(prefix="/api/v1/services/{service_id}", tags=["services"])

_READ = needs(Permission.SERVICE_READ)
_WRITE = needs(Permission.SERVICE_WRITE)
_REVIEW = needs(Permission.SERVICE_REVIEW)
_PUBLISH = needs(Permission.SERVICE_PUBLISH)

WaitQuery = Annotated[bool, Query(description="Answer once it is so on every node, or after five seconds.")]


class DiffOut(Comparison):
    """What would change, and for whom."""

    affected: Affected


class LiveOut(BaseModel):
    """The version as it is now, and on how many nodes it is so."""

    version: VersionView
    gate: Spread | None = Field(default=None, description="Where it was waited for.")


class PurgedOut(BaseModel):
    """The service, and on how many nodes its answers are gone."""

    service: ServiceView
    gate: Spread | None = Field(default=None, description="Where it was waited for.")


@router.get("/revisions/{revision_id}/diff", dependencies=[_READ])
def get_diff(
    edge: CurrentEdge, actor: CurrentActor, service_id: str, revision_id: str, against: str | None = None
) -> DiffOut:
    """What publishing the revision would change, what of it breaks callers, and who these are."""
    with edge.storage.reading() as work:
        found = compare_revision(actor, work, service_id, revision_id, against)
        return DiffOut(**found.model_dump(), affected=affected_by(actor, work, service_id))


@router.get("/traffic", dependencies=[_READ])
def get_traffic(edge: CurrentEdge, actor: CurrentActor, service_id: str) -> list[RevisionTraffic]:
    """Calls, failures and mean duration of each revision that was called in the last hour, of all teams' callers."""
    with edge.storage.reading() as work:
        return revision_traffic(actor, work, service_id)


@router.post("/revisions/{revision_id}/submit", dependencies=[_WRITE])
def submit_revision(edge: CurrentEdge, actor: CurrentActor, service_id: str, revision_id: str) -> RevisionDetail:
    """Have a draft reviewed; from now on it does not change."""
    with edge.storage.writing() as work:
        return review.submit_revision(actor, work, service_id, revision_id)


@router.post("/revisions/{revision_id}/withdraw", dependencies=[_WRITE])
def withdraw_revision(edge: CurrentEdge, actor: CurrentActor, service_id: str, revision_id: str) -> RevisionDetail:
    """Make a draft again of a revision that is in review or approved."""
    with edge.storage.writing() as work:
        return review.withdraw_revision(actor, work, service_id, revision_id)


@router.post("/revisions/{revision_id}/approve", dependencies=[_REVIEW])
def approve_revision(
    edge: CurrentEdge, actor: CurrentActor, service_id: str, revision_id: str, given: ReviewIn | None = None
) -> RevisionDetail:
    """Let somebody else's revision be published."""
    with edge.storage.writing() as work:
        return review.approve_revision(actor, work, service_id, revision_id, given or ReviewIn())


@router.post("/revisions/{revision_id}/reject", dependencies=[_REVIEW])
def reject_revision(
    edge: CurrentEdge, actor: CurrentActor, service_id: str, revision_id: str, given: ReviewIn | None = None
) -> RevisionDetail:
    """Refuse somebody else's revision."""
    with edge.storage.writing() as work:
        return review.reject_revision(actor, work, service_id, revision_id, given or ReviewIn())


@router.post("/revisions/{revision_id}/publish", dependencies=[_PUBLISH])
def publish_revision(  # noqa: PLR0913 - path, body and query
    edge: CurrentEdge,
    actor: CurrentActor,
    service_id: str,
    revision_id: str,
    given: PublishIn | None = None,
    *,
    wait: WaitQuery = True,
) -> LiveOut:
    """Give a revision all calls of its version, or a part; says on how many nodes it is live."""
    with edge.storage.writing() as work:
        version = release.publish_revision(actor, work, service_id, revision_id, given)
    return _live(edge, actor, version, wait=wait)


@router.put("/versions/{version_id}/weights", dependencies=[_PUBLISH])
def set_weights(  # noqa: PLR0913 - path, body and query
    edge: CurrentEdge,
    actor: CurrentActor,
    service_id: str,
    version_id: str,
    given: WeightsIn,
    *,
    wait: WaitQuery = True,
) -> LiveOut:
    """Share a version's calls between revisions; one that is not named leaves the gate."""
    with edge.storage.writing() as work:
        version = release.set_weights(actor, work, service_id, version_id, given)
    return _live(edge, actor, version, wait=wait)


@router.post("/versions/{version_id}/roll-back", dependencies=[_PUBLISH])
def roll_back(
    edge: CurrentEdge, actor: CurrentActor, service_id: str, version_id: str, *, wait: WaitQuery = True
) -> LiveOut:
    """Go back to the revision before; a second time, to the one before that."""
    with edge.storage.writing() as work:
        version = release.roll_back(actor, work, service_id, version_id)
    return _live(edge, actor, version, wait=wait)


@router.post("/versions/{version_id}/deprecate", dependencies=[_PUBLISH])
def deprecate_version(  # noqa: PLR0913 - path, body and query
    edge: CurrentEdge,
    actor: CurrentActor,
    service_id: str,
    version_id: str,
    given: DeprecationIn | None = None,
    *,
    wait: WaitQuery = True,
) -> LiveOut:
    """Tell callers and subscribers that a version will go; on its sunset date it retires itself."""
    with edge.storage.writing() as work:
        version = retirement.deprecate_version(actor, work, service_id, version_id, given or DeprecationIn())
    return _live(edge, actor, version, wait=wait)


@router.post("/versions/{version_id}/undeprecate", dependencies=[_PUBLISH])
def undeprecate_version(
    edge: CurrentEdge,
    actor: CurrentActor,
    service_id: str,
    version_id: str,
    *,
    wait: WaitQuery = True,
) -> LiveOut:
    """Take a deprecation back, with its sunset."""
    with edge.storage.writing() as work:
        version = retirement.undeprecate_version(actor, work, service_id, version_id)
    return _live(edge, actor, version, wait=wait)


@router.post("/versions/{version_id}/retire", dependencies=[_PUBLISH])
def retire_version(  # noqa: PLR0913 - path, body and query
    edge: CurrentEdge,
    actor: CurrentActor,
    service_id: str,
    version_id: str,
    given: RetirementIn | None = None,
    *,
    wait: WaitQuery = True,
) -> LiveOut:
    """Close a version: its calls get 410, with the successor's name."""
    with edge.storage.writing() as work:
        version = retirement.retire_version(actor, work, service_id, version_id, given)
    return _live(edge, actor, version, wait=wait)


@router.post("/versions/{version_id}/republish", dependencies=[_PUBLISH])
def republish_version(
    edge: CurrentEdge,
    actor: CurrentActor,
    service_id: str,
    version_id: str,
    *,
    wait: WaitQuery = True,
) -> LiveOut:
    """Open a retired version again, with the revisions that it had."""
    with edge.storage.writing() as work:
        version = retirement.republish_version(actor, work, service_id, version_id)
    return _live(edge, actor, version, wait=wait)


@router.post("/purge-cache", dependencies=[_PUBLISH])
def purge_cache(edge: CurrentEdge, actor: CurrentActor, service_id: str, *, wait: WaitQuery = True) -> PurgedOut:
    """Have none of the answers that the gate keeps of the service be given again."""
    with edge.storage.writing() as work:
        service = purge_answers(actor, work, service_id)
    return PurgedOut(service=service, gate=await_spread(actor, edge.storage) if wait else None)


@router.get("/schedules", dependencies=[_READ])
def list_schedules(edge: CurrentEdge, actor: CurrentActor, service_id: str) -> list[ScheduleView]:
    """What is planned for the service and was, newest first."""
    with edge.storage.reading() as work:
        return list(schedules.list_schedules(actor, work, service_id))


@router.post("/versions/{version_id}/schedules", status_code=HTTPStatus.CREATED, dependencies=[_PUBLISH])
def plan_step(
    edge: CurrentEdge, actor: CurrentActor, service_id: str, version_id: str, given: ScheduleIn
) -> ScheduleView:
    """Plan to publish, deprecate or retire at a moment."""
    with edge.storage.writing() as work:
        return schedules.plan_step(actor, work, service_id, version_id, given)


@router.delete("/schedules/{schedule_id}", dependencies=[_PUBLISH])
def cancel_step(edge: CurrentEdge, actor: CurrentActor, service_id: str, schedule_id: str) -> ScheduleView:
    """Take a planned step back."""
    with edge.storage.writing() as work:
        return schedules.cancel_step(actor, work, service_id, schedule_id)


def _live(edge: Edge, actor: Actor, version: VersionView, *, wait: bool) -> LiveOut:
    return LiveOut(version=version, gate=await_spread(actor, edge.storage) if wait else None)
