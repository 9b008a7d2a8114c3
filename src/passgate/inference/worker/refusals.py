"""Why a worker refuses or fails a call; each has a status and a stable code."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from passgate.kernel.errors import (
    ForbiddenError,
    NotFoundError,
    PassgateError,
    UnauthenticatedError,
    UnavailableError,
)


class ClaimsMissingError(UnauthenticatedError):
    """The call does not say who makes it: it did not come through the gate, or the gate is misconfigured."""

    code = "claims_missing"


class TokenRevokedError(UnauthenticatedError):
    """The token is on the deny list."""

    code = "token_revoked"


class ApplicationUnknownError(ForbiddenError):
    """The token's application does not exist any more, or not yet on this node."""

    code = "application_unknown"


class ModelNotAllowedError(ForbiddenError):
    """The model exists, but not for this application."""

    code = "model_not_allowed"


class ModelNotFoundError(NotFoundError):
    """No model has that name."""

    code = "model_not_found"


class RouteNotFoundError(NotFoundError):
    """The gate has no such path."""

    code = "route_not_found"


class NotOfferedError(PassgateError):
    """OpenAI's API has this path; the gate does not."""

    status = HTTPStatus.NOT_IMPLEMENTED
    code = "not_offered"


class MethodNotAllowedError(PassgateError):
    """The path exists, but not for this method."""

    status = HTTPStatus.METHOD_NOT_ALLOWED
    code = "method_not_allowed"

    def __init__(self, allowed: str) -> None:
        super().__init__(f"This path takes {allowed} only.")
        self.allowed = allowed


class ModelKindError(PassgateError):
    """The model answers another kind of request."""

    status = HTTPStatus.BAD_REQUEST
    code = "model_kind_mismatch"


class BodyTooLargeError(PassgateError):
    """The request's body is over the limit."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    code = "body_too_large"


class NotReadyError(UnavailableError):
    """The worker has no configuration yet."""

    code = "not_ready"


class NoDeploymentError(UnavailableError):
    """None of the model's deployments can be used."""

    code = "no_deployment"


class WorkerStoppingError(UnavailableError):
    """The worker is told to stop and the call took longer than the grace."""

    code = "worker_stopping"


class VendorFailedError(PassgateError):
    """No answer from a vendor; another deployment may be tried."""

    status = HTTPStatus.BAD_GATEWAY
    code = "vendor_unreachable"

    def __init__(self, message: str, *, cause: str = "", code: str | None = None, may_pass: bool = False) -> None:
        """Make the error.

        Args:
            message: a sentence for the caller.
            cause: what the operator should know beside it; goes to the log only.
            code: the stable code, where it is not the class's.
            may_pass: the same deployment may answer a moment later.
        """
        super().__init__(message, code=code)
        self.cause = cause
        self.may_pass = may_pass


class VendorTimeoutError(VendorFailedError):
    """The vendor was too slow."""

    status = HTTPStatus.GATEWAY_TIMEOUT
    code = "vendor_timeout"


class VendorInvalidResponseError(VendorFailedError):
    """The vendor's answer is not what its protocol says."""

    code = "vendor_invalid_response"


class VendorDeclinedError(VendorFailedError):
    """The vendor answered, but with no answer to the call: its words are for the caller where nobody else has any.

    Attributes:
        vendor_status: the vendor's.
        retry_after: seconds after which it wants to be asked again; None: it did not say.
        is_broke: the key's account has nothing left, so that waiting a little is of no use.
        tell: ends the call with what the vendor said.
    """

    code = "vendor_error"

    def __init__(  # noqa: PLR0913 - what is known of it, each by name
        self,
        code: str,
        tell: Callable[[], Awaitable[None]],
        *,
        vendor_status: int | None,
        retry_after: float | None = None,
        is_broke: bool = False,
        may_pass: bool = False,
    ) -> None:
        cause = "" if vendor_status is None else f"status {vendor_status}"
        super().__init__("The vendor declined the call.", cause=cause, code=code, may_pass=may_pass)
        self.tell = tell
        self.vendor_status = vendor_status
        self.retry_after = retry_after
        self.is_broke = is_broke


class ProviderRateLimitError(VendorFailedError):
    """A limit of the gate's own on a provider's calls or tokens is reached; another deployment may be tried."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "rate_limit_exceeded"


class ProviderBudgetError(VendorFailedError):
    """A provider's budget is spent; another deployment may be tried."""

    status = HTTPStatus.PAYMENT_REQUIRED
    code = "budget_exhausted"
