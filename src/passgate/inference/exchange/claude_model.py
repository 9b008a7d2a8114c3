"""What each generation of Claude takes and refuses, told from the model's name, at whichever vendor.

What a model refuses it answers with 400, so a client of another format, which cannot know, would get no answer at
all. See https://platform.claude.com/docs/en/about-claude/models/migration-guide.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from passgate.inference.exchange.chat_request import ChatRequest
from passgate.inference.translation import Target, UntranslatableError

_NAME = re.compile(r"claude-(?:(\d)(?:[-.](\d))?-)?(opus|sonnet|haiku|fable|mythos)(?:-(\d{1,2})(?!\d))?")
_MINOR = re.compile(r"[-.](\d{1,2})(?!\d)")
_PREVIEW = (5, 0)
"""What a name without a version counts as: ``claude-mythos-preview``."""

_UNKNOWN_MODELS_OUTPUT = 4096
"""Tokens; every model behind Anthropic's format gives that many."""

Off = Literal["disabled", "between_tools", "unsaid", "never"]
"""How it is told not to think: by a word, by saying nothing of it, or not at all."""


@dataclass(frozen=True, slots=True)
class ClaudeModel:
    """A model of Anthropic's."""

    family: str
    version: tuple[int, int]

    @property
    def adapts(self) -> bool:
        """It decides by itself when to think, instead of being given a budget."""
        return self.version >= (4, 6)

    @property
    def hides_thoughts(self) -> bool:
        """What it thought comes as empty text unless ``thinking.display`` asks for it."""
        return self._is_new

    @property
    def takes_sampling(self) -> bool:
        """``temperature``, ``top_p`` and ``top_k`` may be said."""
        return not self._is_new

    @property
    def takes_one_of_two(self) -> bool:
        """``temperature`` and ``top_p`` exclude each other."""
        return self.version >= (4, 1)

    @property
    def takes_prefill(self) -> bool:
        """It goes on with an answer that the client begins."""
        return self.version < (4, 6)

    @property
    def can_be_forced(self) -> bool:
        """``tool_choice`` may demand a tool."""
        refusing = {"opus": (5, 5), "sonnet": (5, 5), "fable": (5, 1), "mythos": (5, 1)}.get(self.family)
        return refusing is None or self.version < refusing

    @property
    def checks_thoughts(self) -> bool:
        """It refuses thoughts that come back where something before them has changed."""
        return self.version >= ((5, 1) if self.family in {"fable", "mythos"} else (5, 5))

    @property
    def off(self) -> Off:
        """How to have it not think."""
        if self.family in {"fable", "mythos"} or (self.family == "opus" and self.version >= (5, 5)):
            return "never"
        if self.family == "opus" and (4, 7) <= self.version < (5, 0):
            return "unsaid"
        return "between_tools" if self.family == "sonnet" and self.version >= (5, 5) else "disabled"

    @property
    def most_output(self) -> int:
        """The tokens that an answer may have, thoughts included."""
        if self.version < (4, 0):
            return 64000 if self.version == (3, 7) else 8192 if self.version == (3, 5) else 4096
        if self.version < (4, 2) and self.family == "opus":
            return 32000
        return 64000 if self.version < (4, 6) else 128000

    @property
    def _is_new(self) -> bool:
        return self.family in {"fable", "mythos"} or self.version >= (4, 7)


@lru_cache(maxsize=1024)
def claude_model(vendor_model: str) -> ClaudeModel | None:
    """The model of that name; None: not one that is known, such as another maker's behind Anthropic's format."""
    found = _NAME.search(vendor_model.lower())
    if found is None:
        return None
    before, minor_before, family, after = found.groups()
    if after is not None:
        minor = _MINOR.match(vendor_model.lower(), found.end())
        return ClaudeModel(family, (int(after), int(minor[1]) if minor else 0))
    if before is not None:
        return ClaudeModel(family, (int(before), int(minor_before or 0)))
    return ClaudeModel(family, _PREVIEW)


def most_output(target: Target) -> int:
    """The tokens that an answer may have: as the gate's configuration says, else the model's own maximum."""
    model = claude_model(target.vendor_model)
    return target.max_output_tokens or (model.most_output if model is not None else _UNKNOWN_MODELS_OUTPUT)


def check_prefill(request: ChatRequest, target: Target) -> None:
    """Refuse a talk that ends in the assistant's words, where the model does not go on with them.

    At OpenAI such a talk gets one more answer; Claude of the generation 4.6 and after refuses it.

    Raises:
        UntranslatableError: it does not.
    """
    model = claude_model(target.vendor_model)
    if model is None or model.takes_prefill:
        return
    last = next((turn.path for turn in reversed(request.turns) if turn.role == "assistant"), "messages")
    message = f"'{last}' cannot be translated: the model begins its answer itself, so the last turn must be the user's."
    raise UntranslatableError(message, field=last)
