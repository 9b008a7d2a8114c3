"""Queries of limits, and of what they limit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from passgate.catalog.models import Model, Provider
from passgate.contracts.limits import LimitScope
from passgate.identity.models import Application, Team, User
from passgate.identity.token_tables import Token
from passgate.kernel.pagination import Page, PageRequest
from passgate.publishing.limits.models import Limit
from passgate.publishing.models import Subscription
from passgate.storage.work import Work


@dataclass(frozen=True, slots=True)
class Target:
    """What a limit is on."""

    name: str
    team_id: str | None


def find_target(work: Work, scope: LimitScope, target: str) -> Target | None:
    """What bears that id; None: nothing does."""
    session = work.session
    if scope == "team":
        team = session.get(Team, target)
        return Target(team.name, team.id) if team else None
    if scope == "user":
        user = session.get(User, target)
        return Target(user.name, None) if user else None
    if scope == "application":
        application = session.get(Application, target)
        return Target(application.name, application.team_id) if application else None
    if scope == "token":
        token = session.get(Token, target)
        return Target(token.name, token.team_id) if token else None
    offered = session.get(Model, target) if scope == "model" else session.get(Provider, target)
    return Target(offered.name, offered.team_id) if offered else None


def find_limit(work: Work, limit_id: str) -> Limit | None:
    """The limit of that id."""
    return work.session.get(Limit, limit_id)


def limit_of_subscription(work: Work, subscription_id: str) -> Limit | None:
    """The limit that a subscription's plan made."""
    return work.session.scalar(select(Limit).where(Limit.subscription_id == subscription_id))


def limits_of_subscriptions(work: Work, subscription_ids: Iterable[str]) -> Sequence[Limit]:
    """The limits that the plans of these subscriptions made."""
    return work.session.scalars(select(Limit).where(Limit.subscription_id.in_(sorted(subscription_ids)))).all()


def services_of_subscriptions(work: Work, subscription_ids: Iterable[str]) -> dict[str, str]:
    """The service that each of these subscriptions is to, by the subscription's id."""
    query = select(Subscription.id, Subscription.service_id).where(Subscription.id.in_(sorted(set(subscription_ids))))
    return dict(work.session.execute(query).all())


def has_subscription(work: Work, subscription_id: str) -> bool:
    """Whether the subscription is still there; it goes with its application."""
    return work.session.get(Subscription, subscription_id) is not None


def limits_page(
    work: Work, page: PageRequest, teams: frozenset[str] | None, scope: LimitScope | None, target: str | None
) -> Page[Limit]:
    """Limits on what belongs to those teams (None: all limits), newest first."""
    query = select(Limit)
    if teams is not None:
        query = query.where(Limit.team_id.in_(sorted(teams)))
    if scope is not None:
        query = query.where(Limit.scope == scope)
    if target is not None:
        query = query.where(Limit.target == target)
    if page.after is not None:
        query = query.where(Limit.id < page.after)
    rows = work.session.scalars(query.order_by(Limit.id.desc()).limit(page.bounded + 1)).all()
    items = rows[: page.bounded]
    return Page(items, items[-1].id if len(rows) > page.bounded else None)


def all_limits(work: Work) -> Sequence[Limit]:
    """Every limit, in a fixed order."""
    return work.session.scalars(select(Limit).order_by(Limit.id)).all()
