"""Where passwords are switched off in favour of a provider."""

from sqlalchemy import select

from passgate.identity.issuers.errors import PasswordOffError
from passgate.identity.issuers.models import ExternalIdentity, IdentityProvider
from passgate.identity.models import User
from passgate.storage.work import Work


def require_password_allowed(work: Work, email: str, user: User | None) -> None:
    """Refuse the password of an e-mail domain that signs in with a provider, before it is looked at.

    Administrators whom no provider knows keep theirs: somebody must get in when the provider is away.

    Raises:
        PasswordOffError: the provider's sign-in is asked for; names it.
    """
    query = select(IdentityProvider).where(IdentityProvider.is_enabled, IdentityProvider.password_off)
    domain = email.rpartition("@")[2]
    provider = next((row for row in work.session.scalars(query) if domain in row.domains), None)
    if provider is None or (user is not None and user.is_admin and not _is_known(work, user)):
        return
    raise PasswordOffError(f"People of {domain} sign in with {provider.name}.")


def _is_known(work: Work, user: User) -> bool:
    return work.session.scalar(select(ExternalIdentity.user_id).where(ExternalIdentity.user_id == user.id)) is not None
