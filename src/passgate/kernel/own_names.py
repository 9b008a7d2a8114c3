"""What a Passgate is called itself, which nobody may call anything of theirs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OwnNames:
    """The gate's audience, and the hosts at which it answers as itself."""

    audience: str | None = None
    hosts: frozenset[str] = frozenset()
    """In lower case, without ports."""
