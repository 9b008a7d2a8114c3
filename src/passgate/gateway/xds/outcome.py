"""What became of a published set of resources."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from enum import StrEnum


class OutcomeKind(StrEnum):
    """How a publication ended."""

    APPLIED = "applied"
    REJECTED = "rejected"
    WAITING = "waiting"
    """No Envoy is connected, or it went away meanwhile; it gets the set when it comes back."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to a publication; of a rejection, ``type_url`` and ``message`` are Envoy's own."""

    kind: OutcomeKind
    type_url: str = ""
    message: str = ""


AckHook = Callable[[str, str], None]
"""Group and version: Envoy holds all of it."""
LookUpHook = Callable[[Collection[str]], Awaitable[None]]
"""Names of clusters that are new to Envoy; waits until it has their addresses, or for as long as one may."""
RejectHook = Callable[[str, str, str, str], None]
"""Group, version, type URL, Envoy's words: Envoy holds what it held before."""
