"""Why a call ends at a hook."""

from http import HTTPStatus

from passgate.kernel.errors import PassgateError


class HookRefusedError(PassgateError):
    """A hook refuses the call."""

    status = HTTPStatus.FORBIDDEN
    code = "refused_by_hook"


class HookDisagreesError(HookRefusedError):
    """A hook finds the request wrong, rather than forbidden."""

    status = HTTPStatus.BAD_REQUEST


class HookFailedError(PassgateError):
    """A hook raised, took too long, or answered with nonsense, and nothing may pass without it."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "hook_failed"


class HookLoadError(PassgateError):
    """An installed hook cannot be loaded, and nothing may pass without it."""

    code = "hook_not_loaded"
