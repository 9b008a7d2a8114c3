"""What packages that hook into AI calls are given, and may raise; see ``docs/hooks.md``."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HookedCall:
    """The call that a hook is asked about."""

    request_id: str
    format_in: str
    """Such as ``openai-chat``: the form of the request's and the answer's documents."""
    model: str
    """Public name."""
    stream: bool
    application_id: str
    team_id: str
    subject: str
    jti: str


@dataclass(frozen=True, slots=True)
class HookedDeployment:
    """Something that may answer the call."""

    id: str
    provider_id: str
    vendor: str
    vendor_model: str


class RefusedByHookError(Exception):
    """Raised by a hook: the call is refused, and the caller told so."""

    def __init__(self, message: str, *, bad_request: bool = False) -> None:
        """Say why.

        Args:
            message: for the caller; it must not repeat what was forbidden.
            bad_request: whether the request is wrong (400) rather than forbidden (403).
        """
        super().__init__(message)
        self.message = message
        self.bad_request = bad_request
