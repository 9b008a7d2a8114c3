"""Why a token, or its bearer, is refused."""


class TokenRefusedError(Exception):
    """A token that does not hold.

    Attributes:
        code: the rule that refused it; stable.
        message: the same for people; repeats nothing of the token.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class InsufficientScopeError(TokenRefusedError):
    """A token that holds, and does not allow this.

    Attributes:
        scopes: what would be needed (RFC 6750 section 3, ``scope``).
    """

    def __init__(self, code: str, message: str, scopes: frozenset[str] = frozenset()) -> None:
        super().__init__(code, message)
        self.scopes = scopes


class IssuerUnreachableError(Exception):
    """The issuer's keys or deny list have never been had, or are older than allowed; no token can be judged."""
