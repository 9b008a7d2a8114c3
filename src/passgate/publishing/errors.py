"""Refusals of publishing; each code names the rule."""

from passgate.kernel.errors import ConflictError


class BasePathTakenError(ConflictError):
    """A base path that is in use, or that lies within (or around) another team's."""

    code = "base_path_taken"


class WrongStatusError(ConflictError):
    """A step that the service's present status does not allow."""

    code = "wrong_status"


class AlreadySubscribedError(ConflictError):
    """The application subscribes to the service already."""

    code = "already_subscribed"
