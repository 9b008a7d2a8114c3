"""Refusals of plans; each code names the rule."""

from passgate.kernel.errors import ConflictError, InvalidInputError


class PlanInUseError(ConflictError):
    """A plan that subscribers have cannot go, nor leave the services that they subscribe to."""

    code = "plan_in_use"


class DefaultPlanTakenError(ConflictError):
    """A service has one default plan at most."""

    code = "default_plan_taken"


class PlanNeededError(InvalidInputError):
    """The service has plans, none of them its default, and the subscriber named none."""

    code = "plan_needed"
