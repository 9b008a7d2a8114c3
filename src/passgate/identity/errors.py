"""Refusals of identity; each code names the rule."""

from http import HTTPStatus
from typing import ClassVar

from passgate.kernel.errors import ConflictError, ForbiddenError, InvalidInputError, PassgateError, UnauthenticatedError


class SetupLinkInvalidError(ForbiddenError):
    """A set-up link that is unknown, used, replaced or too old."""

    code = "setup_link_invalid"


class SignInFailedError(UnauthenticatedError):
    """An unknown e-mail, a wrong password, or an inactive user: the caller is not told which.

    The failure is recorded, although the refusal ends the unit of work.
    """

    code = "sign_in_failed"
    keeps_changes: ClassVar[bool] = True


class SignInThrottledError(PassgateError):
    """Too many failures of late, for this e-mail from this address, or from this address at all."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "sign_in_throttled"


class KeyRefusedError(InvalidInputError):
    """A key that the import policy refuses; the code names the rule."""

    code = "key_refused"

    def __init__(self, message: str, *, code: str, field: str = "key") -> None:
        super().__init__(message, code=code, field=field)


class NextKeyFreshError(ConflictError):
    """The key that would sign next is published too short a time: verifiers may not know it yet."""

    code = "next_key_fresh"
