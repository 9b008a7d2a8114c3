"""Refusals of publishing; each code names the rule."""

from passgate.kernel.errors import ConflictError, ForbiddenError, InvalidInputError


class BasePathTakenError(ConflictError):
    """A base path that is in use, or that lies within (or around) another team's."""

    code = "base_path_taken"


class WrongStatusError(ConflictError):
    """A step that the service's present status does not allow."""

    code = "wrong_status"


class HostTakenError(ConflictError):
    """A host that another team's service answers at."""

    code = "host_taken"


class VersionExistsError(ConflictError):
    """The service has a version of that name."""

    code = "version_exists"


class ReviewRequiredError(ConflictError):
    """The service's revisions are approved by somebody else before they are published."""

    code = "review_required"


class RevisionChangedError(ConflictError):
    """A draft that somebody else has changed since it was read."""

    code = "revision_changed"


class NoCacheError(ConflictError):
    """A service whose answers are not kept."""

    code = "no_response_cache"


class OwnRevisionError(ForbiddenError):
    """Four eyes: who wrote or submitted a revision does not approve it."""

    code = "own_revision"


class NotPublishableError(InvalidInputError):
    """A revision that has nothing to answer calls with."""

    code = "not_publishable"
