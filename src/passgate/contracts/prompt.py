"""Prompts that are services: a template with typed variables, a model, and what the answer must be.

Variables are data: a template holds ``{{name}}`` and nothing else of a language, and what is put in is never looked at
again.
"""

from typing import Any, Literal

from pydantic import Field

from passgate.contracts.frozen import Contract

PROMPT_HEADER = "x-passgate-prompt"
"""Names the revision to a worker; set by Envoy, which cuts off a client's own."""

TRIAL_PATH = "/v1/prompts/try"
"""Where a worker answers a prompt that nobody has published: the body has ``prompt`` and ``input``."""

Expectation = Literal["valid", "equals", "contains", "subset"]
"""Of an answer: that there is one (and that it fits the schema); that it equals a text or a JSON value; that a text is
in it, whatever the case; that an object has these members at least."""
VariableKind = Literal["text", "number", "boolean", "enum", "list", "image"]


class PromptVariable(Contract):
    """What a caller gives."""

    name: str
    kind: VariableKind = "text"
    description: str = ""
    required: bool = True
    default: Any = None
    choices: tuple[str, ...] = ()
    """Of an enum."""
    max_length: int | None = Field(default=None, ge=1)
    """Characters of a text, entries of a list."""
    minimum: float | None = None
    maximum: float | None = None


class PromptExample(Contract):
    """A few-shot example: what was asked, what is answered."""

    user: str
    assistant: str


class PromptModel(Contract):
    """A model and the parameters that it is asked with."""

    name: str
    """Public name."""
    parameters: dict[str, Any] = Field(default_factory=dict)
    """Of OpenAI's chat format, such as ``temperature`` and ``max_completion_tokens``."""


class PromptTest(Contract):
    """An example with what is expected of it; run against the real model before the prompt is published."""

    name: str = ""
    input: dict[str, Any] = Field(default_factory=dict)
    """The variables, as a caller gives them."""
    expect: Expectation = "valid"
    value: Any = None
    """What the answer must equal, contain or include."""


class PromptDefinition(Contract):
    """All of a prompt."""

    system: str = ""
    user: str
    examples: tuple[PromptExample, ...] = ()
    variables: tuple[PromptVariable, ...] = ()
    models: tuple[PromptModel, ...]
    """The first, and after it the ones to fall back on."""
    output_schema: dict[str, Any] | None = None
    """JSON Schema (2020-12) of the answer; None: text."""
    streaming: bool = True
    """Whether a caller may ask for a stream (text only)."""
    tests: tuple[PromptTest, ...] = ()
    tests_required: bool = False
    """Whether all tests must have passed with this very revision before it is published."""

    def without_tests(self) -> "PromptDefinition":
        """What the workers need of it."""
        return self.model_copy(update={"tests": (), "tests_required": False})


class PublishedPrompt(Contract):
    """A revision of a prompt service as the workers know it."""

    service_id: str
    version_id: str
    revision_id: str
    team_id: str
    definition: PromptDefinition
