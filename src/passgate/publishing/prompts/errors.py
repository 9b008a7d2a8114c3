"""Refusals of prompts; each code names the rule."""

from passgate.kernel.errors import ConflictError, UnavailableError


class GateUnreachableError(UnavailableError):
    """Prompts are tried through the gate, and it does not answer."""

    code = "gate_unreachable"


class PromptUnprovenError(ConflictError):
    """The prompt's tests must have passed before it is published."""

    code = "prompt_tests_not_passed"
