"""Whom a new token speaks for, and where: one function a kind; each authorises the actor."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from passgate.identity import repository
from passgate.identity.models import Application, Team, User
from passgate.identity.schemas import TokenIn, TokenIssuer
from passgate.identity.service.actors import API_AUDIENCE, actor_of_user, permissions_of
from passgate.identity.service.scopes import check_scopes
from passgate.kernel.actor import Actor, ActorKind
from passgate.kernel.audience import is_same_audience
from passgate.kernel.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work

PERSONAL_CLIENT = "passgate"
"""``client_id`` of tokens that no application bears."""

_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a token speaks for, and where."""

    subject: str
    audiences: Sequence[str]
    scopes: Sequence[str]
    application_id: str | None = None
    user_id: str | None = None
    team_id: str | None = None


def application_bearer(actor: Actor, work: Work, issuer: TokenIssuer, given: TokenIn) -> Bearer:
    """An application, at the gate."""
    application = issuing_application(actor, work, given.application_id)
    check_scopes(work, application.id, application.team_id, given.scopes, [issuer.audience])
    return _of_application(application, [issuer.audience], given.scopes)


def service_bearer(actor: Actor, work: Work, issuer: TokenIssuer, given: TokenIn) -> Bearer:
    """An application, at another service, which verifies the token by itself."""
    application = issuing_application(actor, work, given.application_id)
    audiences = given.audiences or []
    refuse_own_audiences(issuer, audiences)
    check_scopes(work, application.id, application.team_id, given.scopes, audiences)
    return _of_application(application, audiences, given.scopes)


def personal_bearer(actor: Actor, work: Work, issuer: TokenIssuer, given: TokenIn) -> Bearer:
    """The actor, at the management API, at the gate, or at both, as the audiences say.

    At the gate the calls count for the user's own application in the team that is named, or in their only one.
    """
    actor.require_somewhere(Permission.TOKEN_ISSUE)
    user = own_user(actor, work)
    audiences = given.audiences or [API_AUDIENCE]
    if not set(audiences) <= {API_AUDIENCE, issuer.audience}:
        text = f"A personal token is for {API_AUDIENCE}, for {issuer.audience}, or for both."
        raise InvalidInputError(text, code="audience_not_allowed", field="audiences")
    scopes: Sequence[str] = given.scopes
    if API_AUDIENCE in audiences:
        scopes = _api_scopes(actor, work, user, given.scopes)
    if issuer.audience not in audiences:
        if given.team_id is not None or not given.limits.is_unlimited:
            text = f"team_id and limits are for tokens that pass the gate: add {issuer.audience} to the audiences."
            raise InvalidInputError(text, code="audience_missing", field="audiences")
        return Bearer(user.id, audiences, scopes, user_id=user.id)
    application = _own_application(actor, work, user, given.team_id)
    if API_AUDIENCE not in audiences:
        check_scopes(work, application.id, application.team_id, scopes, audiences)
    return Bearer(user.id, audiences, scopes, application.id, user.id, application.team_id)


def issuing_application(actor: Actor, work: Work, application_id: str | None) -> Application:
    """The application, locked, of a team in which the actor may issue.

    Raises:
        NotFoundError: no such application, or one of a team that the actor has no part in.
        ForbiddenError: without the permission token:issue.
        ConflictError: it is not active.
    """
    application = repository.lock_application(work, application_id or "")
    if application is None:
        raise NotFoundError("No such application.", field="application_id")
    actor.require(Permission.TOKEN_ISSUE, application.team_id, what="application")
    if application.user_id not in {None, actor.id}:
        text = "This application stands for a user, who alone takes tokens of it."
        raise ForbiddenError(text, code="application_personal", field="application_id")
    if not application.is_active:
        raise ConflictError("The application is not active.", code="application_inactive", field="application_id")
    return application


def own_user(actor: Actor, work: Work) -> User:
    """The user that the actor is, locked.

    Raises:
        ForbiddenError: the actor is none.
    """
    user = repository.lock_user(work, actor.id) if actor.kind is ActorKind.USER else None
    if user is None:
        raise ForbiddenError("Only a user can have a personal token.", code="user_needed", field="kind")
    return user


def refuse_own_audiences(issuer: TokenIssuer, audiences: Sequence[str]) -> None:
    """Refuse the gate's and the management API's audience for tokens that shall open neither.

    Raises:
        InvalidInputError: one of them is there.
    """
    for audience in audiences:
        if any(is_same_audience(audience, own) for own in (issuer.audience, API_AUDIENCE)):
            text = f"The audience {audience} is Passgate's own; it takes application and personal tokens."
            raise InvalidInputError(text, code="audience_not_allowed", field="audiences")


def _of_application(application: Application, audiences: Sequence[str], scopes: Sequence[str]) -> Bearer:
    return Bearer(application.id, audiences, scopes, application_id=application.id, team_id=application.team_id)


def _api_scopes(actor: Actor, work: Work, user: User, wanted: Sequence[str]) -> Sequence[str]:
    held = permissions_of(actor)
    for scope in wanted:
        if scope not in frozenset(Permission):
            raise InvalidInputError(f"{scope} is not a permission.", code="scope_unknown", field="scopes")
        if scope not in held:
            raise ForbiddenError(f"The scope {scope} is beyond your permissions.", code="scope_beyond", field="scopes")
    # Whoever acts by a narrowed token hands on no more than that token holds.
    is_narrowed = held != permissions_of(actor_of_user(work, user))
    return wanted or (sorted(held) if is_narrowed else [])


def _own_application(actor: Actor, work: Work, user: User, team_id: str | None) -> Application:
    """The application that the user's calls count for in a team, made at first need."""
    team = _own_team(actor, work) if team_id is None else work.session.get(Team, team_id)
    if team is None:
        raise NotFoundError("No such team.", field="team_id")
    actor.require(Permission.TOKEN_ISSUE, team.id, what="team")
    mine = select(Application).where(Application.user_id == user.id, Application.team_id == team.id)
    found = work.session.scalars(mine.order_by(Application.id).with_for_update()).first()
    if found is not None:
        if not found.is_active:
            raise ConflictError("Your application in this team is not active.", code="application_inactive")
        return found
    application = Application(
        id=work.ids.new("app"),
        team_id=team.id,
        name=_free_name(work, team.id, user.email),
        description=f"What {user.name} calls by personal tokens.",
        is_active=True,
        models=None,
        user_id=user.id,
        created_at=work.clock.now(),
        created_by=user.id,
    )
    work.session.add(application)
    work.session.flush()
    return application


def _own_team(actor: Actor, work: Work) -> Team:
    """The only team in which the user may take tokens: of those that they are in, or of all, for who is in none."""
    allowed = frozenset(team for team in actor.by_team if actor.may(Permission.TOKEN_ISSUE, team))
    query = select(Team).where(Team.id.in_(allowed)) if allowed else select(Team)
    teams = work.session.scalars(query.limit(2)).all() if allowed or actor.may(Permission.TOKEN_ISSUE) else ()
    if len(teams) != 1:
        several = "you are in several" if allowed else "you are in none, and may take tokens in several"
        why = several if teams else "there is none in which you may take tokens"
        text = f"team_id: name the team that the calls shall count for; {why}."
        raise InvalidInputError(text, code="team_needed", field="team_id")
    return teams[0]


def _free_name(work: Work, team_id: str, email: str) -> str:
    query = select(Application.name).where(Application.team_id == team_id)
    taken = set(work.session.scalars(query.where(Application.name.startswith(email[: _LONGEST_NAME - 5]))))
    names = (f"{email[: _LONGEST_NAME - 5]}{suffix}" for suffix in ("", *(f" {number}" for number in range(2, 1000))))
    return next(name for name in names if name not in taken)
