"""From somebody at a provider to a user here: who is let in, as whom, with which roles."""

from collections.abc import Mapping
from typing import Any

from passgate.identity import repository
from passgate.identity.issuers.code_flow import Proof
from passgate.identity.issuers.errors import NotAdmittedError
from passgate.identity.issuers.following import take
from passgate.identity.issuers.group_roles import apply_rules, groups_of
from passgate.identity.issuers.models import ExternalIdentity, ExternalSession, IdentityProvider
from passgate.identity.issuers.schemas import GroupRule
from passgate.identity.models import BrowserSession, User
from passgate.identity.schemas import Email
from passgate.identity.service.actors import actor_of_user
from passgate.identity.service.sessions import SessionLimits, open_session
from passgate.kernel.given import Input
from passgate.kernel.text import Line
from passgate.storage.work import Work

NO_PASSWORD = "!"  # noqa: S105 - the mark of none: no hash reads so, and no password fits it
_LONGEST_NAME = 100


class _NewUser(Input):
    email: Email
    name: Line


def sign_in_with(
    work: Work, proof: Proof, ip: str, user_agent: str, limits: SessionLimits | None = None
) -> tuple[BrowserSession, str]:
    """Open a session for whoever the provider has proved; the row, and the secret for the browser's cookie.

    Raises:
        NotAdmittedError: the provider's rules let nobody of this kind in, or the user is not active.
    """
    provider = work.session.get(IdentityProvider, proof.provider_id)
    if provider is None or not provider.is_enabled:
        raise NotAdmittedError("This way to sign in is not offered any more.")
    if proof.seen is not None:
        take(work, provider, proof.seen)
    email = _verified_email(provider, proof.claims)
    _check_domain(provider, email)
    user = _user(work, provider, proof, email)
    if not user.is_active:
        raise NotAdmittedError("This user is not active.")
    work.act_as(actor_of_user(work, user), ip)
    rules = [GroupRule.model_validate(rule) for rule in provider.group_rules]
    apply_rules(work, user, rules, groups_of(proof.claims, provider.groups_claim))
    opened, secret = open_session(work, user, ip, user_agent, limits)
    work.session.flush()
    work.session.add(
        ExternalSession(
            session_id=opened.id,
            provider_id=provider.id,
            subject=proof.subject,
            sid=proof.sid,
            sealed_id_token=work.vault.seal(proof.id_token),
        )
    )
    return opened, secret


def _verified_email(provider: IdentityProvider, claims: Mapping[str, Any]) -> str | None:
    """The e-mail address in lower case, where it counts as verified; None where it does not."""
    email = claims.get("email")
    if not isinstance(email, str):
        return None
    # Some send the truth as a text.
    if claims.get("email_verified") in (True, "true") or provider.trust_email:
        return email.strip().lower()
    return None


def _check_domain(provider: IdentityProvider, email: str | None) -> None:
    if provider.domains and (email is None or email.rpartition("@")[2] not in provider.domains):
        raise NotAdmittedError(
            f"{provider.name} may sign in verified e-mail addresses of {', '.join(provider.domains)} only."
        )


def _user(work: Work, provider: IdentityProvider, proof: Proof, email: str | None) -> User:
    """The user that this identity is; it is the subject that counts, since an e-mail address may change hands."""
    now = work.clock.now()
    identity = work.session.get(ExternalIdentity, (provider.id, proof.subject))
    if identity is None:
        user = _first_time(work, provider, proof.claims, email)
        identity = ExternalIdentity(
            provider_id=provider.id, subject=proof.subject, user_id=user.id, created_at=now, last_sign_in_at=now
        )
        work.session.add(identity)
    identity.last_sign_in_at, identity.email = now, email
    return repository.lock_user(work, identity.user_id) or _gone()


def _first_time(work: Work, provider: IdentityProvider, claims: Mapping[str, Any], email: str | None) -> User:
    if email is None:
        raise NotAdmittedError(
            f"{provider.name} does not say that your e-mail address is verified, so nobody here can be you."
        )
    known = repository.user_by_email(work, email)
    if known is not None and provider.link_users:
        return known
    if known is not None:
        raise NotAdmittedError(
            f"A user with your e-mail address is here already, and {provider.name} may not sign in existing users. "
            "Sign in as before, or ask an administrator."
        )
    if not provider.create_users:
        raise NotAdmittedError("No user here has your e-mail address. Ask an administrator to add you.")
    return _created(work, claims, email)


def _created(work: Work, claims: Mapping[str, Any], email: str) -> User:
    try:
        given = _NewUser(email=email, name=_name(claims, email))
    except ValueError:
        raise NotAdmittedError("The provider's e-mail address for you cannot be used.") from None
    user = User(
        id=work.ids.new("user"),
        email=given.email,
        name=given.name,
        password_hash=NO_PASSWORD,
        is_admin=False,
        is_active=True,
        created_at=work.clock.now(),
    )
    work.session.add(user)
    work.session.flush()
    return user


def _name(claims: Mapping[str, Any], email: str) -> str:
    for claim in ("name", "preferred_username", "nickname"):
        value = claims.get(claim)
        if isinstance(value, str):
            readable = "".join(letter for letter in value if letter.isprintable()).strip()
            if readable:
                return readable[:_LONGEST_NAME]
    return email.partition("@")[0][:_LONGEST_NAME]


def _gone() -> User:
    raise NotAdmittedError("This user is no longer here.")
