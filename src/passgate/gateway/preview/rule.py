"""One rule of the gate and how it turns out for a call."""

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["passes", "refuses", "depends", "changes"]
"""``depends``: on what a preview cannot know, such as a body or what was counted; ``changes``: of call or answer."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        name: of the rule, such as ``rate_limit``.
        outcome: how it turns out.
        text: the same for people.
        code: of the refusal, as the gate's own answer has it.
        status: HTTP status of the gate's answer; None where the call goes on.
    """

    name: str
    outcome: Outcome
    text: str
    code: str | None = None
    status: int | None = None

    @property
    def passed(self) -> bool:
        """Whether the call goes on."""
        return self.outcome != "refuses"


def asked(name: str, *, passed: bool, text: str, code: str, status: int) -> Rule:
    """A rule that holds or refuses."""
    if passed:
        return Rule(name, "passes", text)
    return Rule(name, "refuses", text, code, status)
