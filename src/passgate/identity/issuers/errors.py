"""Refusals that concern issuers of others; each code names the rule."""

from http import HTTPStatus

from passgate.kernel.errors import ForbiddenError, PassgateError, UnauthenticatedError


class IssuerFetchError(PassgateError):
    """A document of an issuer that cannot be had, or that must not be used; the text says why."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "issuer_unreachable"


class ExternalSignInError(UnauthenticatedError):
    """A sign-in at a provider that does not hold: another browser's, too old, or an answer that fails a check."""

    code = "external_sign_in_failed"


class NotAdmittedError(ForbiddenError):
    """Someone whom the provider knows, and whom the rules here do not let in."""

    code = "not_admitted"


class PasswordOffError(ForbiddenError):
    """A password where the provider's sign-in is asked for."""

    code = "password_sign_in_off"
