"""How long tokens live: rules for everybody, for a team, for an application."""

from collections.abc import Sequence

from sqlalchemy import select

from passgate.identity.models import Application, LifetimeRule, Team
from passgate.identity.schemas import DEFAULT_LIFETIME_SECONDS, MAX_LIFETIME_SECONDS
from passgate.identity.token_schemas import Lifetime, LifetimeIn
from passgate.identity.token_tables import TokenKind
from passgate.kernel.actor import Actor
from passgate.kernel.errors import InvalidInputError, NotFoundError
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work

EVERYBODY = ""
"""The owner of the widest rules."""


def lifetime_of(work: Work, kind: TokenKind, team_id: str | None, application_id: str | None) -> Lifetime:
    """What holds for a token: the narrowest default, and the least maximum of all rules that concern it."""
    owners = [owner for owner in (application_id, team_id) if owner] + [EVERYBODY]
    query = select(LifetimeRule).where(LifetimeRule.kind == kind, LifetimeRule.owner.in_(owners))
    rules = {rule.owner: rule for rule in work.session.scalars(query)}
    concerned = [rules[owner] for owner in owners if owner in rules]
    maximum = min((rule.maximum_seconds for rule in concerned if rule.maximum_seconds), default=MAX_LIFETIME_SECONDS)
    defaults = [rule.default_seconds for rule in concerned if rule.default_seconds]
    return Lifetime(min(defaults[0] if defaults else DEFAULT_LIFETIME_SECONDS, maximum), maximum)


def allowed_seconds(lifetime: Lifetime, wanted: int | None) -> int:
    """The lifetime that a token gets.

    Raises:
        InvalidInputError: more is wanted than the rules allow.
    """
    if wanted is not None and wanted > lifetime.maximum_seconds:
        text = f"A token of this kind lives {lifetime.maximum_seconds} seconds at most here."
        raise InvalidInputError(text, code="lifetime_too_long", field="lifetime_seconds")
    return lifetime.default_seconds if wanted is None else wanted


def list_lifetimes(actor: Actor, work: Work, owner: str = EVERYBODY) -> Sequence[LifetimeRule]:
    """The rules of one owner: a team, an application, or everybody; by kind.

    Raises:
        NotFoundError: no such owner, or one of a team that the actor has no part in.
        ForbiddenError: without the permission token:read.
    """
    if owner == EVERYBODY:
        actor.require_somewhere(Permission.TOKEN_READ)
    else:
        actor.require(Permission.TOKEN_READ, _team_of(work, owner), what="team or application")
    query = select(LifetimeRule).where(LifetimeRule.owner == owner).order_by(LifetimeRule.kind)
    return work.session.scalars(query).all()


def set_lifetime(actor: Actor, work: Work, kind: TokenKind, given: LifetimeIn, owner: str = EVERYBODY) -> LifetimeRule:
    """Set a rule; tokens that are out live as long as they were issued for.

    Raises:
        NotFoundError: no such owner, or one of a team that the actor has no part in.
        ForbiddenError: without the permission team:write there, or over everything for everybody's.
    """
    _authorise_writing(actor, work, owner)
    rule = work.session.get(LifetimeRule, (kind, owner))
    if rule is None:
        rule = LifetimeRule(kind=kind, owner=owner)
        work.session.add(rule)
    rule.default_seconds, rule.maximum_seconds = given.default_seconds, given.maximum_seconds
    rule.changed_at, rule.changed_by = work.clock.now(), actor.id
    work.session.flush()
    return rule


def remove_lifetime(actor: Actor, work: Work, kind: TokenKind, owner: str = EVERYBODY) -> None:
    """Take a rule away; nothing happens where there is none.

    Raises:
        NotFoundError: no such owner, or one of a team that the actor has no part in.
        ForbiddenError: without the permission team:write there, or over everything for everybody's.
    """
    _authorise_writing(actor, work, owner)
    rule = work.session.get(LifetimeRule, (kind, owner))
    if rule is not None:
        work.session.delete(rule)


def _authorise_writing(actor: Actor, work: Work, owner: str) -> None:
    if owner == EVERYBODY:
        actor.require(Permission.TEAM_WRITE)
    else:
        actor.require(Permission.TEAM_WRITE, _team_of(work, owner), what="team or application")


def _team_of(work: Work, owner: str) -> str:
    if work.session.get(Team, owner) is not None:
        return owner
    application = work.session.get(Application, owner)
    if application is None:
        raise NotFoundError("No such team or application.", field="owner")
    return application.team_id
