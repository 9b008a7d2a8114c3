"""Making and changing plans; what a plan says holds for those who have it at once."""

from collections.abc import Mapping, Sequence

from passgate.catalog.service.model_names import chat_models
from passgate.identity.models import Team
from passgate.kernel.actor import Actor
from passgate.kernel.errors import InvalidInputError, NotFoundError
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.publishing.plans import repository
from passgate.publishing.plans.budget import keep_budget
from passgate.publishing.plans.errors import DefaultPlanTakenError, PlanInUseError
from passgate.publishing.plans.models import Plan
from passgate.publishing.plans.schemas import PlanChange, PlanIn, PlanView, require_window
from passgate.publishing.service.services import visible_service
from passgate.storage.work import Work

_NULLABLE = frozenset({"budget", "budget_window", "lifetime_days"})


def list_plans(
    actor: Actor, work: Work, page: PageRequest, team_id: str | None = None, search: str | None = None
) -> Page[PlanView]:
    """The plans of the actor's teams, newest first; those of other teams stand at their services.

    Raises:
        ForbiddenError: without the permission service:read.
    """
    actor.require_somewhere(Permission.SERVICE_READ)
    teams = actor.teams_with(Permission.SERVICE_READ)
    found = repository.plans_page(work, page, teams, team_id, search)
    return Page(_views(actor, work, found.items), found.next_cursor)


def plans_of_service(actor: Actor, work: Work, service_id: str) -> list[PlanView]:
    """The plans that a service offers to the actor, in their order.

    Raises:
        NotFoundError: no such service, or one that the actor may not know of.
        ForbiddenError: without the permission service:read.
    """
    return plans_shown(actor, work, visible_service(actor, work, service_id).id)


def plans_shown(actor: Actor, work: Work, service_id: str) -> list[PlanView]:
    """The plans of a service that the actor was found to know of, in their order."""
    found = repository.plans_of_service(work, service_id)
    return _views(actor, work, [plan for plan in found if may_know_of(actor, plan)])


def get_plan(actor: Actor, work: Work, plan_id: str) -> PlanView:
    """One plan of the actor's teams.

    Raises:
        NotFoundError: no such plan, or another team's: those stand at their services.
        ForbiddenError: without the permission service:read.
    """
    return _views(actor, work, [_allowed(actor, work, plan_id, Permission.SERVICE_READ)])[0]


def create_plan(actor: Actor, work: Work, given: PlanIn) -> PlanView:
    """Add a plan.

    Raises:
        NotFoundError: no such team, or none that the actor has a part in.
        ForbiddenError: without the permission service:write in the team.
        InvalidInputError: a service that is not the team's, an invited team that does not exist, or a model that the
            team does not have.
        DefaultPlanTakenError: one of the services has another default.
    """
    actor.require(Permission.SERVICE_WRITE, given.team_id, what="team")
    if work.session.get(Team, given.team_id) is None:
        raise NotFoundError("No such team.", field="team_id")
    _require_models(work, given.team_id, given.models)
    plan = Plan(
        id=work.ids.new("plan"),
        **given.model_dump(exclude={"service_ids"}),
        created_at=work.clock.now(),
        created_by=actor.id,
    )
    _require_sound(work, plan, given.service_ids)
    work.session.add(plan)
    work.session.flush()
    repository.set_services(work, plan.id, given.service_ids)
    return _views(actor, work, [plan])[0]


def change_plan(actor: Actor, work: Work, plan_id: str, change: PlanChange) -> PlanView:
    """Change what the change names, for those who have the plan too, at once.

    Raises:
        NotFoundError: as :func:`get_plan`.
        ForbiddenError: without the permission service:write.
        InvalidInputError: as :func:`create_plan`; a budget without a window.
        DefaultPlanTakenError: as :func:`create_plan`.
        PlanInUseError: a service leaves it that somebody subscribes to under it.
    """
    plan = _allowed(actor, work, plan_id, Permission.SERVICE_WRITE)
    _require_models(work, plan.team_id, change.models or ())
    given = {
        name: value
        for name, value in change.model_dump(exclude_unset=True).items()
        if value is not None or name in _NULLABLE
    }
    if "budget" in given and given["budget"] is None:
        given["budget_window"] = None
    offered = repository.services_of(work, [plan.id]).get(plan.id, [])
    wanted: list[str] = given.pop("service_ids", offered)
    with work.session.no_autoflush:
        for name, value in given.items():
            setattr(plan, name, value)
        try:
            require_window(plan.budget, plan.budget_window)
        except ValueError as error:
            raise InvalidInputError(str(error), field="budget_window") from None
        _require_sound(work, plan, wanted)
        _require_unused(work, plan, set(offered) - set(wanted))
    work.session.flush()
    if wanted != offered:
        repository.set_services(work, plan.id, wanted)
    for subscription in repository.takers(work, plan.id):
        keep_budget(work, subscription)
    return _views(actor, work, [plan])[0]


def delete_plan(actor: Actor, work: Work, plan_id: str) -> None:
    """Remove a plan that nobody has.

    Raises:
        NotFoundError: as :func:`get_plan`.
        ForbiddenError: without the permission service:write.
        PlanInUseError: somebody has it; it can be closed to new subscribers instead.
    """
    plan = _allowed(actor, work, plan_id, Permission.SERVICE_WRITE)
    if repository.takers(work, plan.id):
        raise PlanInUseError(f"{plan.name} has subscribers; close it to new ones, or move them first.")
    for over in repository.past_takers(work, plan.id):
        over.plan_id = None if over.plan_id == plan.id else over.plan_id
        over.wanted_plan_id = None if over.wanted_plan_id == plan.id else over.wanted_plan_id
    work.session.flush()
    work.session.delete(plan)
    work.session.flush()


def may_know_of(actor: Actor, plan: Plan) -> bool:
    """Whether the actor sees the plan at its service: a public one, one of an own team, or by invitation."""
    if actor.may(Permission.SERVICE_READ, plan.team_id):
        return True
    return plan.is_open and (plan.is_public or any(team_id in actor.by_team for team_id in plan.invited_team_ids))


def _allowed(actor: Actor, work: Work, plan_id: str, permission: Permission) -> Plan:
    actor.require_somewhere(permission)
    plan = repository.find_plan(work, plan_id)
    if plan is None:
        raise NotFoundError("No such plan.")
    actor.require(permission, plan.team_id, what="plan")
    return plan


def _require_sound(work: Work, plan: Plan, service_ids: Sequence[str]) -> None:
    if repository.foreign_services(work, service_ids, plan.team_id):
        raise InvalidInputError("service_ids: name services of the plan's own team.", field="service_ids")
    for team_id in plan.invited_team_ids:
        if work.session.get(Team, team_id) is None:
            raise InvalidInputError(f"invited_team_ids: there is no team {team_id}.", field="invited_team_ids")
    if plan.is_default:
        other = repository.other_default(work, plan.id, service_ids)
        if other is not None:
            raise DefaultPlanTakenError(f"{other.name} is the default of one of the services.", field="is_default")


def _require_models(work: Work, team_id: str, models: Sequence[str]) -> None:
    """A name that is no model's would leave subscribers without any."""
    known = set(chat_models(work, team_id, models)) if models else set()
    unknown = next((name for name in models if name not in known), None)
    if unknown is not None:
        raise InvalidInputError(f"models: the team has no chat model {unknown}.", field="models")


def _require_unused(work: Work, plan: Plan, leaving: set[str]) -> None:
    if leaving and any(row.service_id in leaving for row in repository.takers(work, plan.id)):
        raise PlanInUseError(f"A service that leaves {plan.name} has subscribers under it.", field="service_ids")


def _views(actor: Actor, work: Work, plans: Sequence[Plan]) -> list[PlanView]:
    ids = [plan.id for plan in plans]
    services, counts = repository.services_of(work, ids), repository.subscription_counts(work, ids)
    return [_view(actor, plan, services, counts) for plan in plans]


def _view(actor: Actor, plan: Plan, services: Mapping[str, list[str]], counts: Mapping[str, int]) -> PlanView:
    own = actor.may(Permission.SERVICE_READ, plan.team_id)
    told: dict[str, object] = {"service_ids": services.get(plan.id, []), "subscription_count": counts.get(plan.id, 0)}
    if not own:
        told = {"service_ids": [], "invited_team_ids": None, "created_by": None}
    return PlanView.model_validate(plan).model_copy(update=told)
