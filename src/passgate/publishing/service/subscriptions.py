"""Subscriptions: which application may call which service."""

from passgate.identity.service.applications import get_application
from passgate.kernel.actor import Actor
from passgate.kernel.errors import NotFoundError
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.publishing import repository
from passgate.publishing.errors import AlreadySubscribedError, WrongStatusError
from passgate.publishing.models import Subscription
from passgate.publishing.schemas import SubscriptionFilter, SubscriptionView
from passgate.publishing.service.services import visible_service
from passgate.storage.constraints import refusing
from passgate.storage.work import Work


def list_subscriptions(
    actor: Actor, work: Work, page: PageRequest, wanted: SubscriptionFilter | None = None
) -> Page[SubscriptionView]:
    """Subscriptions of the actor's teams' applications, and to their services, newest first.

    Raises:
        ForbiddenError: without the permission subscription:read.
    """
    actor.require_somewhere(Permission.SUBSCRIPTION_READ)
    teams = actor.teams_with(Permission.SUBSCRIPTION_READ)
    return repository.subscriptions_page(work, page, teams, wanted or SubscriptionFilter())


def get_subscription(actor: Actor, work: Work, subscription_id: str) -> SubscriptionView:
    """One subscription.

    Raises:
        NotFoundError: no such subscription, or neither side is of a team that the actor may read.
        ForbiddenError: without the permission subscription:read.
    """
    return _found(actor, work, subscription_id)[1]


def subscribe(actor: Actor, work: Work, service_id: str, application_id: str) -> SubscriptionView:
    """Let an application call a service, at once.

    Raises:
        NotFoundError: an application of a team that the actor has no part in, or a service it may not know of.
        ForbiddenError: without the permission subscription:write in the application's team.
        WrongStatusError: the service is retired.
        AlreadySubscribedError: it may call it already.
    """
    application = get_application(actor, work, application_id)
    actor.require(Permission.SUBSCRIPTION_WRITE, application.team_id, what="application")
    service = visible_service(actor, work, service_id)
    if service.status == "retired":
        raise WrongStatusError(f"{service.name} is retired.", field="service_id")
    taken = AlreadySubscribedError(f"{application.name} subscribes to {service.name} already.")
    if repository.active_subscription(work, service.id, application.id) is not None:
        raise taken
    row = Subscription(
        id=work.ids.new("sub"),
        service_id=service.id,
        application_id=application.id,
        status="active",
        created_at=work.clock.now(),
        created_by=actor.id,
    )
    with refusing(work, taken):
        work.session.add(row)
    return _found(actor, work, row.id)[1]


def unsubscribe(actor: Actor, work: Work, subscription_id: str) -> SubscriptionView:
    """End a subscription, by either side; its calls are refused at once. Nothing changes where it has ended.

    Raises:
        NotFoundError: as :func:`get_subscription`.
        ForbiddenError: without the permission subscription:write in the application's or the service's team.
    """
    row, view = _found(actor, work, subscription_id)
    if not actor.may(Permission.SUBSCRIPTION_WRITE, view.service_team_id):
        actor.require(Permission.SUBSCRIPTION_WRITE, _own_side(actor, view), what="subscription")
    if row.status == "active":
        row.status = "ended"
        row.ended_at = work.clock.now()
        work.session.flush()
    return view.model_copy(update={"status": row.status, "ended_at": row.ended_at})


def _own_side(actor: Actor, view: SubscriptionView) -> str:
    """The side to name in a refusal: one of a team that the actor is in."""
    in_applications_team = actor.may(Permission.SUBSCRIPTION_READ, view.application_team_id)
    return view.application_team_id if in_applications_team else view.service_team_id


def _found(actor: Actor, work: Work, subscription_id: str) -> tuple[Subscription, SubscriptionView]:
    actor.require_somewhere(Permission.SUBSCRIPTION_READ)
    found = repository.find_subscription(work, subscription_id)
    if found is not None:
        sides = (found[1].service_team_id, found[1].application_team_id)
        if any(actor.may(Permission.SUBSCRIPTION_READ, team_id) for team_id in sides):
            return found
    raise NotFoundError("No such subscription.")
