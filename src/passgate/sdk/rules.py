"""What a token must be like to hold."""

from dataclasses import dataclass

MAX_LEEWAY_SECONDS = 60
DEFAULT_LEEWAY_SECONDS = 5
"""As the gate has it, so that a token ends everywhere at the same moment."""

ACCESS_TOKEN_CLAIMS = ("iss", "sub", "aud", "exp", "iat", "jti", "client_id")
"""RFC 9068 section 2.2."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What is asked of a token; as it stands, that of an access token (RFC 9068).

    Attributes:
        issuer: what ``iss`` must be; None: not asked.
        audiences: one of them must stand in ``aud``; empty: not asked.
        typ: what the header's ``typ`` must be, with or without ``application/``; None: not asked.
        required: claims that must be there.
        kid_required: whether the header must name its key; where it need not, the one key that there is will do.
        leeway: seconds that clocks may differ, 60 at most.
    """

    issuer: str | None
    audiences: tuple[str, ...]
    typ: str | None = "at+jwt"
    required: tuple[str, ...] = ACCESS_TOKEN_CLAIMS
    kid_required: bool = True
    leeway: int = DEFAULT_LEEWAY_SECONDS

    def __post_init__(self) -> None:
        if not 0 <= self.leeway <= MAX_LEEWAY_SECONDS:
            raise ValueError(f"a leeway is 0 to {MAX_LEEWAY_SECONDS} seconds")


def any_jwt(issuer: str | None = None, audiences: tuple[str, ...] = (), leeway: int = DEFAULT_LEEWAY_SECONDS) -> Rules:
    """What is asked of any JWT (RFC 7519), which need not be an access token."""
    return Rules(issuer, audiences, typ=None, required=(), kid_required=False, leeway=leeway)
