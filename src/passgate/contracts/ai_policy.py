"""Policies of AI calls: what is masked, what is answered from the cache, how large prompts and answers may be."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from passgate.contracts.frozen import Contract
from passgate.contracts.own_pattern import checked_pattern

MaskingKind = Literal["email", "phone", "card", "secret", "pattern"]
MaskingAction = Literal["mask", "block", "note"]
MaskingPlace = Literal["request", "reply"]


class MaskingRule(Contract):
    """Something to look for in what is said, and what to do about it."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
    """Stands in the text in place of what was found, and in the log."""
    kind: MaskingKind
    action: MaskingAction = "mask"
    places: Annotated[tuple[MaskingPlace, ...], Field(min_length=1, max_length=2)] = ("request", "reply")
    pattern: Annotated[str, AfterValidator(checked_pattern)] | None = None
    """The regular expression, for the kind ``pattern`` alone."""

    @model_validator(mode="after")
    def _pattern_belongs_to_its_kind(self) -> Self:
        if (self.kind == "pattern") != (self.pattern is not None):
            raise ValueError("a pattern goes with the kind 'pattern', and with no other")
        return self


class AiPolicy(Contract):
    """What holds for the calls that it fits; of several, the strictest limit, all rules, the shortest cache."""

    id: str
    team_id: str | None = None
    """Calls of this team's applications; None: of every team."""
    application_id: str | None = None
    model: str | None = None
    """Public name; None: every model."""
    cache_seconds: int | None = None
    """How long a same request is answered from the cache; 0: never; None: as the caller asks."""
    max_prompt_bytes: int | None = None
    """Of the request's body."""
    max_output_tokens: int | None = None
    """What a request may ask for; one that does not say gets this."""
    masking: tuple[MaskingRule, ...] = ()
