"""Who acts where a credential is presented, as the API's edge finds it."""

from passgate.identity.schemas import TokenIssuer
from passgate.identity.service import actors, sessions
from passgate.kernel.actor import Actor
from passgate.storage.work import Work


def actor_of_token(work: Work, token: str, issuer: TokenIssuer) -> Actor:
    return actors.actor_of_personal_token(work, actors.personal_token(work, token, issuer))


def actor_of_session(work: Work, secret: str) -> Actor | None:
    return sessions.actor_of(work, sessions.session_of(work, secret))
