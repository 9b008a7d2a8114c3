"""The one error base. Each caller's format renders these in one place, at the edge."""

from http import HTTPStatus
from typing import ClassVar


class PassgateError(Exception):
    """A refusal with a stable code.

    Attributes:
        status: the HTTP status that an edge answers with.
        code: a stable, machine-readable name of the rule that decided.
        message: a sentence for people; never holds a secret.
        field: the input field at fault, where there is one (dotted path).
        keeps_changes: True where what was written before the refusal stays, such as the record of a failed sign-in.
    """

    status: ClassVar[int] = HTTPStatus.INTERNAL_SERVER_ERROR
    code: str = "internal_error"
    keeps_changes: ClassVar[bool] = False

    def __init__(self, message: str, *, code: str | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        if code is not None:
            self.code = code


class InvalidInputError(PassgateError):
    """The input breaks a rule; names the field and the rule."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "invalid_input"


class UnauthenticatedError(PassgateError):
    """Nobody, or a credential that does not hold."""

    status = HTTPStatus.UNAUTHORIZED
    code = "unauthenticated"


class ForbiddenError(PassgateError):
    """A known actor without the permission."""

    status = HTTPStatus.FORBIDDEN
    code = "permission_missing"


class NotFoundError(PassgateError):
    """No such thing, or none that this actor may know of."""

    status = HTTPStatus.NOT_FOUND
    code = "not_found"


class ConflictError(PassgateError):
    """The change contradicts the present state."""

    status = HTTPStatus.CONFLICT
    code = "conflict"


class UnavailableError(PassgateError):
    """Something this needs cannot be reached now."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "unavailable"
