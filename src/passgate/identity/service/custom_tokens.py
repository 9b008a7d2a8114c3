"""Custom tokens: any claims, for any audience but Passgate's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from passgate.identity.custom_claims import filled
from passgate.identity.models import Application, Team, TokenTemplate, User
from passgate.identity.schemas import IssuedToken, TokenIn, TokenIssuer
from passgate.identity.service.keys import active_key
from passgate.identity.service.token_bearers import Bearer, issuing_application, own_user
from passgate.identity.service.token_lifetimes import allowed_seconds, lifetime_of
from passgate.identity.service.token_registry import NewToken, register
from passgate.identity.service.token_signing import CUSTOM_TYPE, basic_claims, signed, signed_with_secret
from passgate.identity.service.token_templates import refuse_custom_audiences
from passgate.identity.token_schemas import Lifetime
from passgate.kernel.actor import Actor
from passgate.kernel.errors import InvalidInputError, NotFoundError
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work


@dataclass(frozen=True, slots=True)
class _Recipe:
    """What a custom token is made by."""

    audiences: Sequence[str]
    algorithm: str
    claims: Mapping[str, Any]
    """By name, as a template has them."""
    lifetime_seconds: int | None = None
    secret: str | None = None
    template_id: str | None = None


def issue_custom_token(actor: Actor, work: Work, issuer: TokenIssuer, given: TokenIn) -> IssuedToken:
    """Sign a custom token of an application, or of the actor.

    By a template, whoever may issue tokens in its team may do so; free claims are for those who may write templates.
    """
    if given.template_id is not None:
        template = _template(actor, work, given.template_id)
        team_id, recipe = template.team_id, _recipe_of(work, template, given.secret)
    else:
        application = issuing_application(actor, work, given.application_id)
        actor.require(Permission.TEMPLATE_WRITE, application.team_id, what="application")
        team_id, recipe = application.team_id, _free_recipe(given)
    refuse_custom_audiences(work, issuer, list(recipe.audiences))
    bearer, subject = _bearer(actor, work, given, team_id, recipe.audiences)
    key = None if recipe.algorithm == "HS256" else active_key(work, recipe.algorithm)
    new = NewToken(
        kind="custom",
        name=given.name,
        bearer=bearer,
        seconds=_seconds(work, given, bearer, recipe),
        kid=key.kid if key else "",
        issued_by=actor.id,
        template_id=recipe.template_id,
    )
    row = register(work, new)
    claims = filled(recipe.claims, subject) | basic_claims(issuer, row)
    if key is not None:
        return IssuedToken(signed(work, key, CUSTOM_TYPE, claims), row)
    return IssuedToken(signed_with_secret(recipe.secret or "", claims), row)


def _template(actor: Actor, work: Work, template_id: str) -> TokenTemplate:
    template = work.session.get(TokenTemplate, template_id)
    if template is None:
        raise NotFoundError("No such template.", field="template_id")
    actor.require(Permission.TOKEN_ISSUE, template.team_id, what="template")
    return template


def _recipe_of(work: Work, template: TokenTemplate, own_secret: str | None) -> _Recipe:
    if own_secret is not None and template.algorithm != "HS256":
        raise InvalidInputError("secret goes with the algorithm HS256.", code="secret_not_used", field="secret")
    sealed = template.sealed_secret
    secret = own_secret or (work.vault.open(sealed) if sealed is not None else None)
    return _Recipe(
        template.audiences, template.algorithm, template.claims, template.lifetime_seconds, secret, template.id
    )


def _free_recipe(given: TokenIn) -> _Recipe:
    if given.algorithm == "HS256" and given.secret is None:
        raise InvalidInputError("HS256 needs a secret.", code="secret_missing", field="secret")
    claims = {name: {"value": value} for name, value in (given.claims or {}).items()}
    return _Recipe(given.audiences or [], given.algorithm or "ES256", claims, secret=given.secret)


def _bearer(
    actor: Actor, work: Work, given: TokenIn, team_id: str, audiences: Sequence[str]
) -> tuple[Bearer, dict[str, str | None]]:
    """Whom the token speaks for, and what its claims may be taken from."""
    team = work.session.get(Team, team_id)
    facts: dict[str, str | None] = {"team.id": team_id, "team.name": team.name if team else None}
    if given.application_id is None:
        user = own_user(actor, work)
        return Bearer(user.id, audiences, (), user_id=user.id, team_id=team_id), facts | _of_user(user)
    application = issuing_application(actor, work, given.application_id)
    if application.team_id != team_id:
        text = "The application is of another team than the template."
        raise InvalidInputError(text, code="team_differs", field="application_id")
    bearer = Bearer(application.id, audiences, (), application_id=application.id, team_id=team_id)
    return bearer, facts | _of_application(application)


def _of_user(user: User) -> dict[str, str | None]:
    return {"subject.id": user.id, "subject.name": user.name, "subject.email": user.email, "subject.kind": "user"}


def _of_application(application: Application) -> dict[str, str | None]:
    return {
        "subject.id": application.id,
        "subject.name": application.name,
        "subject.kind": "application",
        "application.id": application.id,
        "application.name": application.name,
    }


def _seconds(work: Work, given: TokenIn, bearer: Bearer, recipe: _Recipe) -> int:
    rule = lifetime_of(work, "custom", bearer.team_id, bearer.application_id)
    if recipe.lifetime_seconds is not None:
        rule = Lifetime(min(recipe.lifetime_seconds, rule.maximum_seconds), rule.maximum_seconds)
    return allowed_seconds(rule, given.seconds)
