"""Human passwords: argon2id (RFC 9106)."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

_UNKNOWN = "$argon2id$v=19$m=19456,t=2,p=1$TxhmMeQ9P8JK7CyIsbz0eg$8wPUFyd9iunHzrUnU6lGAI6QLCTZwQMyZRFpvoVW4Mg"
"""The hash that no known password has; compared with when the user is unknown, so that both refusals take as long."""


def _hasher() -> PasswordHasher:
    # OWASP's second choice (19 MiB, two passes, one lane): 24 ms, since a sign-in holds SQLite's one writer up.
    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def hash_password(password: str) -> str:
    """The password's hash in PHC form, with a salt of its own."""
    return _hasher().hash(password)


def password_holds(password_hash: str | None, password: str) -> bool:
    """Whether the password fits; takes as long for no hash at all as for a wrong password."""
    try:
        _hasher().verify(password_hash or _UNKNOWN, password)
    except (VerifyMismatchError, VerificationError, InvalidHashError):
        return False
    return password_hash is not None
