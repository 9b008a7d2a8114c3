"""What the other side of a subscription is told."""

from passgate.kernel.actor import Actor
from passgate.publishing.notices.service import put_away_of, tell
from passgate.publishing.subscriptions.schemas import SubscriptionView
from passgate.publishing.subscriptions.service.finding import is_owner, is_subscriber
from passgate.storage.work import Work


def tell_other_side(work: Work, actor: Actor, view: SubscriptionView, event: str, text: str) -> None:
    """A notice for the team that did not act; for none where one team, or an actor of both, is on both sides."""
    if view.service_team_id == view.application_team_id:
        return
    if not is_owner(actor, view):
        tell_service_side(work, view, event, text)
    elif not is_subscriber(actor, view) or actor.everywhere:
        tell_subscriber(work, view, event, text)


def tell_subscriber(work: Work, view: SubscriptionView, event: str, text: str) -> None:
    """A notice for the application's team."""
    tell(work, view.application_team_id, f"subscription.{event}", view.id, text, view.service_id)


def tell_service_side(work: Work, view: SubscriptionView, event: str, text: str) -> None:
    """A notice for the service's team."""
    tell(work, view.service_team_id, f"subscription.{event}", view.id, text, view.service_id)


def answer_requests(work: Work, view: SubscriptionView) -> None:
    """Put away what the service's team was asked by this subscription: it is decided, or taken back."""
    put_away_of(work, view.service_id, view.id, ("subscription.requested", "subscription.plan_wanted"))


def because(reason: str) -> str:
    """The reason as the end of a sentence."""
    return f": {reason}" if reason else "."
