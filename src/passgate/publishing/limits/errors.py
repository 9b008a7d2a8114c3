"""Refusals of limits; each code names the rule."""

from passgate.kernel.errors import ConflictError


class PlansLimitError(ConflictError):
    """A limit that a plan made changes with the plan only: its subscriber must not lift it."""

    code = "plans_limit"
