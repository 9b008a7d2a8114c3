"""Reading subscriptions, and which side of one an actor stands on."""

from passgate.kernel.actor import Actor
from passgate.kernel.errors import ForbiddenError, NotFoundError
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.publishing.models import Subscription
from passgate.publishing.subscriptions import repository
from passgate.publishing.subscriptions.schemas import SubscriptionFilter, SubscriptionView
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
    return found_subscription(actor, work, subscription_id)[1]


def found_subscription(actor: Actor, work: Work, subscription_id: str) -> tuple[Subscription, SubscriptionView]:
    """The row and what is told of it, for an actor that may read it.

    Raises:
        NotFoundError: as :func:`get_subscription`.
        ForbiddenError: as :func:`get_subscription`.
    """
    actor.require_somewhere(Permission.SUBSCRIPTION_READ)
    found = repository.find_subscription(work, subscription_id)
    if found is not None:
        sides = (found[1].service_team_id, found[1].application_team_id)
        if any(actor.may(Permission.SUBSCRIPTION_READ, team_id) for team_id in sides):
            return found
    raise NotFoundError("No such subscription.")


def is_owner(actor: Actor, view: SubscriptionView) -> bool:
    """Whether the actor decides for the service."""
    return actor.may(Permission.SUBSCRIPTION_WRITE, view.service_team_id)


def is_subscriber(actor: Actor, view: SubscriptionView) -> bool:
    """Whether the actor decides for the application."""
    return actor.may(Permission.SUBSCRIPTION_WRITE, view.application_team_id)


def require_a_side(actor: Actor, view: SubscriptionView) -> None:
    """Refuse unless the actor decides for one of the sides.

    Raises:
        ForbiddenError: it may read the subscription only.
    """
    if not (is_owner(actor, view) or is_subscriber(actor, view)):
        in_applications_team = actor.may(Permission.SUBSCRIPTION_READ, view.application_team_id)
        side = view.application_team_id if in_applications_team else view.service_team_id
        actor.require(Permission.SUBSCRIPTION_WRITE, side, what="subscription")


def require_owner(actor: Actor, view: SubscriptionView) -> None:
    """Refuse unless the actor decides for the service.

    Raises:
        ForbiddenError: it is of the subscriber's side, or may read only.
    """
    if not is_owner(actor, view):
        raise ForbiddenError("The service's team decides on this; it needs the permission subscription:write there.")
