"""A chat request in no vendor's words."""

from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from passgate.inference.exchange.content import CacheHint, Part, Text

Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]
EFFORTS: dict[str, Effort] = {effort: effort for effort in get_args(Effort)}
_EFFORT_OF_BUDGET: tuple[tuple[int, Effort], ...] = ((2048, "low"), (8192, "medium"))
"""Up to so many tokens of thought count as so much effort; more is ``high``."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One message. Results of tools stand in the user's turns; ``system`` here is one in the middle of the talk."""

    role: Literal["system", "user", "assistant"]
    parts: tuple[Part, ...]
    name: str | None = None
    """Who speaks, where several share a role."""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Tool:
    """A function of the client that the model may ask for."""

    name: str
    description: str | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    """JSON Schema of the arguments."""
    strict: bool | None = None
    cache: CacheHint | None = None
    path: str = ""


@dataclass(frozen=True, slots=True)
class ToolChoice:
    """Which tools the model may or must use."""

    mode: Literal["auto", "none", "required"]
    names: tuple[str, ...] = ()
    """Only these; empty: all."""

    @property
    def forced(self) -> str | None:
        """The one tool that must be used, where there is one."""
        return self.names[0] if self.mode == "required" and len(self.names) == 1 else None


def effort_of_budget(budget: int) -> Effort:
    """How hard a model is to think that takes an effort, where the client gave a budget of tokens."""
    return next((effort for most, effort in _EFFORT_OF_BUDGET if budget <= most), "high")


@dataclass(frozen=True, slots=True)
class Reasoning:
    """How much the model is to think before it speaks; what is None is left to the vendor."""

    enabled: bool | None = None
    effort: Effort | None = None
    budget: int | None = None
    """Tokens that it may think."""
    adaptive: bool = False
    """The model decides by itself when to think."""
    display: str | None = None
    """``summarized`` or ``omitted``."""


@dataclass(frozen=True, slots=True)
class ResponseFormat:
    """The shape that the answer must have."""

    kind: Literal["text", "json_object", "json_schema"]
    schema: dict[str, Any] | None = None
    name: str | None = None
    description: str | None = None
    strict: bool | None = None


@dataclass(slots=True)
class ChatRequest:
    """A chat request; every member that is None was not given."""

    model: str
    turns: list[Turn]
    system: list[Text] = field(default_factory=list)
    stream: bool = False
    tools: list[Tool] = field(default_factory=list)
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    n: int | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    logit_bias: dict[str, Any] | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    response_format: ResponseFormat | None = None
    reasoning: Reasoning | None = None
    verbosity: str | None = None
    user: str | None = None
    metadata: dict[str, Any] | None = None
    service_tier: str | None = None
    """In OpenAI's words."""
    cache: CacheHint | None = None
    """Cache the whole prompt as far as it goes."""
    prompt_cache_key: str | None = None
    include_usage: bool = False
    """Streams only: the client asked for the usage, or its format always tells it."""
    names: dict[str, str] = field(default_factory=dict)
    """What the client's format calls a member, where it is called otherwise there."""
    unread: list[str] = field(default_factory=list)
    """Members of the client's request that the gate has no word for, by path."""

    def offered_tools(self) -> list[Tool]:
        """The tools that the choice leaves; a single forced one is forced by name, beside the others."""
        choice = self.tool_choice
        if choice is None or not choice.names or choice.forced is not None:
            return self.tools
        return [tool for tool in self.tools if tool.name in choice.names]

    def called(self, member: str) -> str:
        """The client's own name for a member of this class."""
        return self.names.get(member, member)
