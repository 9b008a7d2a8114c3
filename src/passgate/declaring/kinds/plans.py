"""Plans."""

from collections.abc import Iterable

from sqlalchemy import select

from passgate.declaring.desk import Desk, every, only
from passgate.declaring.kinds.kind import Kind
from passgate.declaring.plan_documents import PlanDocument
from passgate.kernel.errors import NotFoundError
from passgate.publishing.models import Service
from passgate.publishing.plans import service as plans
from passgate.publishing.plans.models import Plan
from passgate.publishing.plans.schemas import PlanChange, PlanIn

_PLAIN = (
    "description",
    "rates",
    "budget",
    "budget_window",
    "needs_approval",
    "is_public",
    "lifetime_days",
    "position",
    "is_open",
)


class PlanKind(Kind[PlanDocument]):
    """Plans."""

    name = "Plan"

    def find(self, desk: Desk, given: PlanDocument) -> str | None:
        """By team and name."""
        query = select(Plan.id).where(Plan.team_id == desk.team_id(given.team), Plan.name == given.name)
        return only(desk.work.session.scalars(query).all(), f"plans named {given.name}", "name")

    def present(self, desk: Desk, object_id: str) -> PlanDocument:
        """What it says."""
        view = plans.get_plan(desk.actor, desk.work, object_id)
        services = [desk.work.session.get_one(Service, one).name for one in view.service_ids]
        return PlanDocument(
            kind="Plan",
            team=desk.team_name(view.team_id),
            name=view.name,
            services=tuple(sorted(services)),
            invited_teams=tuple(sorted(desk.team_name(one) for one in view.invited_team_ids or ())),
            is_default=view.is_default,
            **{name: getattr(view, name) for name in _PLAIN},
        )

    def settled(self, desk: Desk, given: PlanDocument, present: PlanDocument | None) -> PlanDocument:
        """Names in their order."""
        del desk, present
        ordered = {name: tuple(sorted(set(getattr(given, name)))) for name in ("services", "invited_teams")}
        return given.model_copy(update=ordered)

    def make(self, desk: Desk, wanted: PlanDocument) -> str:
        """Add it; as a default only once others have ceased to be."""
        given = PlanIn(
            team_id=desk.team_id(wanted.team),
            name=wanted.name,
            service_ids=_service_ids(desk, wanted),
            invited_team_ids=_team_ids(desk, wanted),
            **{name: getattr(wanted, name) for name in _PLAIN},
        )
        return plans.create_plan(desk.actor, desk.work, given).id

    def change(self, desk: Desk, object_id: str, wanted: PlanDocument, present: PlanDocument) -> None:
        """Change all of it."""
        change = PlanChange(
            service_ids=_service_ids(desk, wanted),
            invited_team_ids=_team_ids(desk, wanted),
            is_default=wanted.is_default and present.is_default,
            **{name: getattr(wanted, name) for name in _PLAIN},
        )
        plans.change_plan(desk.actor, desk.work, object_id, change)

    def connect(self, desk: Desk, object_id: str, wanted: PlanDocument) -> None:
        """Make it the default of its services."""
        if wanted.is_default:
            plans.change_plan(desk.actor, desk.work, object_id, PlanChange(is_default=True))

    def remove(self, desk: Desk, object_id: str) -> None:
        """Delete it, once nobody has it."""
        plans.delete_plan(desk.actor, desk.work, object_id)

    def listed(self, desk: Desk) -> Iterable[str]:
        """Those of the actor's own teams."""
        return [view.id for view in every(lambda page: plans.list_plans(desk.actor, desk.work, page))]


def _service_ids(desk: Desk, wanted: PlanDocument) -> list[str]:
    team_id, ids = desk.team_id(wanted.team), []
    for name in wanted.services:
        found = desk.services_named(team_id, name, field="services")
        if found is None:
            raise NotFoundError(f"{wanted.team} has no service {name}.", field="services")
        ids.append(found)
    return ids


def _team_ids(desk: Desk, wanted: PlanDocument) -> list[str]:
    return [desk.known_team_id(name, field="invited_teams") for name in wanted.invited_teams]
