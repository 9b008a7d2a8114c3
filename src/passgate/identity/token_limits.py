"""Limits inside a token: what it may reach and how much it may use, beside what its application may.

They travel as the claims ``models``, ``services``, ``budget`` and ``rpm``; ``docs/tokens.md`` says who enforces which.
"""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field, StringConstraints, field_validator

from passgate.identity.token_tables import Token
from passgate.kernel.given import Input
from passgate.kernel.text import Line

_MOST_NAMES = 100
_MOST_MICRO_DOLLARS = 10**15
_MOST_CALLS_A_MINUTE = 1_000_000

ServiceId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.~-]{1,40}$")]


class TokenLimits(Input):
    """What a token is limited to; null: no limit of its own."""

    models: list[Line] | None = Field(
        default=None, max_length=_MOST_NAMES, description="Public names of the AI models it may use; empty: none."
    )
    services: list[ServiceId] | None = Field(
        default=None, max_length=_MOST_NAMES, description="Ids of the services it may call; empty: none."
    )
    budget: Annotated[int, Field(ge=0, le=_MOST_MICRO_DOLLARS)] | None = Field(
        default=None, description="Micro-dollars it may spend in its whole life."
    )
    rpm: Annotated[int, Field(ge=1, le=_MOST_CALLS_A_MINUTE)] | None = Field(
        default=None, description="Calls it may make a minute."
    )

    @field_validator("models", "services")
    @classmethod
    def _each_once(cls, value: list[str] | None) -> list[str] | None:
        if value is not None and len(set(value)) != len(value):
            raise ValueError("each one once")
        return value

    @classmethod
    def of(cls, row: Token) -> "TokenLimits":
        """The limits of an issued token."""
        return cls(models=row.models, services=row.services, budget=row.budget, rpm=row.rpm)

    @property
    def is_unlimited(self) -> bool:
        """Whether nothing is limited."""
        return not self.claims()

    def claims(self) -> dict[str, Any]:
        """The claims; what is not limited has none."""
        return self.model_dump(exclude_none=True)

    def narrowed(self, wanted: "TokenLimits") -> "TokenLimits":
        """The limits of a weaker token: what it asks for, and these where it asks for nothing."""
        return TokenLimits(**(self.claims() | wanted.claims()))

    def first_beyond(self, wanted: "TokenLimits") -> str | None:
        """The first limit that is looser than these; None where the wanted ones are a part of them."""
        for name in ("models", "services"):
            held, asked = getattr(self, name), getattr(wanted, name)
            if held is not None and asked is not None and not set(asked) <= set(held):
                return name
        for name in ("budget", "rpm"):
            held, asked = getattr(self, name), getattr(wanted, name)
            if held is not None and asked is not None and asked > held:
                return name
        return None


def rates_claim(lineage: Sequence[Token]) -> dict[str, str]:
    """The claim ``rates``: what the token and those that it was made of may call a minute, each by its id.

    Text, since Envoy hands only that on; it says nothing that ``rpm`` and ``parents`` do not.
    """
    told = [f"{token.jti}:{token.rpm}" for token in lineage if token.rpm is not None]
    return {"rates": " ".join(told)} if told else {}
