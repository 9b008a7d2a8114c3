"""The userinfo endpoint (OpenID Connect Core section 5.3)."""

from passgate.identity.models import User
from passgate.identity.oauth.id_tokens import person_claims
from passgate.identity.oauth.live_tokens import live_token
from passgate.identity.oauth.protocol import OAuthSite, Reply
from passgate.storage.work import Work


def userinfo_reply(work: Work, site: OAuthSite, bearer: str | None) -> Reply:
    """What the token's scopes tell of its person."""
    if bearer is None:
        return Reply(401, {}, {"WWW-Authenticate": 'Bearer realm="passgate"'})
    token = live_token(work, site.issuer, bearer)
    user = work.session.get(User, token.user_id) if token is not None and token.user_id is not None else None
    if token is None or user is None or not user.is_active:
        return _refused(401, "invalid_token", "The token does not hold, or speaks for no person.")
    if "openid" not in token.scopes:
        return _refused(403, "insufficient_scope", "The token lacks the scope openid.")
    return Reply(200, person_claims(user, token.scopes))


def _refused(status: int, error: str, words: str) -> Reply:
    challenge = f'Bearer realm="passgate", error="{error}", error_description="{words}"'
    return Reply(status, {"error": error, "error_description": words}, {"WWW-Authenticate": challenge})
