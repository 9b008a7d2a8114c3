"""Refusals of subscriptions; each code names the rule."""

from passgate.kernel.errors import ConflictError, InvalidInputError


class AlreadySubscribedError(ConflictError):
    """The application subscribes to the service already, or has asked to."""

    code = "already_subscribed"


class ReasonNeededError(InvalidInputError):
    """Whoever takes something from the other side says why."""

    code = "reason_needed"


class SubscriptionStatusError(ConflictError):
    """A step that the subscription's present status does not allow."""

    code = "wrong_status"


class PlanUnavailableError(InvalidInputError):
    """A plan that the service does not offer to the subscriber."""

    code = "plan_unavailable"


class PlanOverError(ConflictError):
    """A plan with a lifetime that the team has had already."""

    code = "plan_over"
