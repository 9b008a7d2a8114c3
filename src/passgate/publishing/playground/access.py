"""Who may try which models, and the token to do it with."""

from passgate.catalog.service.model_names import chat_models
from passgate.identity.schemas import TokenIn, TokenIssuer
from passgate.identity.service.tokens import issue_token
from passgate.kernel.actor import Actor
from passgate.kernel.errors import InvalidInputError
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work

MOST_MODELS = 3
"""Side by side."""
_TOKEN_SECONDS = 900


def playground_models(actor: Actor, work: Work, team_id: str) -> list[str]:
    """The chat models that the actor may call for a team, by name.

    Raises:
        NotFoundError: a team that the actor has no part in.
        ForbiddenError: without the permission token:issue in the team.
    """
    actor.require(Permission.TOKEN_ISSUE, team_id, what="team")
    return chat_models(work, team_id)


def playground_token(actor: Actor, work: Work, issuer: TokenIssuer, team_id: str, models: list[str]) -> str:
    """A short-lived token of the actor's own, for calls that count for the team; the gate judges each of them.

    Raises:
        NotFoundError: a team that the actor has no part in.
        ForbiddenError: without the permission token:issue in the team, or the actor is no user.
        ConflictError: the actor's application in the team is not active.
        InvalidInputError: no model, too many of them, or one that the team cannot use.
    """
    actor.require(Permission.TOKEN_ISSUE, team_id, what="team")
    if not 1 <= len(models) <= MOST_MODELS:
        raise InvalidInputError(f"Choose one to {MOST_MODELS} models.", field="models")
    unknown = sorted(set(models) - set(chat_models(work, team_id, models)))
    if unknown:
        raise InvalidInputError(f"The team has no chat model {unknown[0]!r} that is on.", field="models")
    given = TokenIn(
        kind="personal",
        name="Playground",
        team_id=team_id,
        audiences=[issuer.audience],
        lifetime_seconds=_TOKEN_SECONDS,
    )
    return issue_token(actor, work, issuer, given).token
