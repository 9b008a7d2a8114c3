"""What is asked of the models: one document of OpenAI's chat completions."""

import json
from dataclasses import dataclass
from typing import Any

from passgate.kernel.errors import InvalidInputError

_HOTTEST = 2
_MOST_TOOLS = 128


@dataclass(frozen=True, slots=True)
class Question:
    """The same for each model that is chosen."""

    user: str
    system: str = ""
    temperature: float | None = None
    max_tokens: int | None = None
    tools: tuple[dict[str, Any], ...] = ()

    def document(self, model: str) -> dict[str, Any]:
        """The body of the call; what was left open is left out, since some models refuse it."""
        messages = [{"role": "user", "content": self.user}]
        if self.system:
            messages.insert(0, {"role": "system", "content": self.system})
        document: dict[str, Any] = {"model": model, "messages": messages}
        if self.temperature is not None:
            document["temperature"] = self.temperature
        if self.max_tokens is not None:
            document["max_completion_tokens"] = self.max_tokens
        if self.tools:
            document["tools"] = list(self.tools)
        return document


def read_question(
    user: str, system: str = "", temperature: float | None = None, max_tokens: float | None = None, tools: str = ""
) -> Question:
    """A question from what was typed.

    Args:
        user: the user's message.
        system: the system's; empty: none.
        temperature: 0 to 2; None: the model's own.
        max_tokens: most tokens of the answer; None: the model's own.
        tools: JSON, an array as in OpenAI's ``tools``; empty: none.

    Raises:
        InvalidInputError: no message, a number out of range, or tools that are none.
    """
    if not user.strip():
        raise InvalidInputError("Write something to ask.", field="user")
    if temperature is not None and not 0 <= temperature <= _HOTTEST:
        raise InvalidInputError(f"The temperature is a number from 0 to {_HOTTEST}.", field="temperature")
    if max_tokens is not None and (max_tokens < 1 or max_tokens != int(max_tokens)):
        raise InvalidInputError("The most tokens are a whole number from 1.", field="max_tokens")
    return Question(user, system, temperature, None if max_tokens is None else int(max_tokens), _tools(tools))


def _tools(text: str) -> tuple[dict[str, Any], ...]:
    if not text.strip():
        return ()
    try:
        tools = json.loads(text)
    except ValueError as error:
        raise InvalidInputError(f"The tools are not JSON: {error}.", field="tools") from None
    if not isinstance(tools, list) or len(tools) > _MOST_TOOLS:
        raise InvalidInputError(f"The tools are a JSON array of at most {_MOST_TOOLS}.", field="tools")
    for at, tool in enumerate(tools, start=1):
        function = tool.get("function") if isinstance(tool, dict) and tool.get("type") == "function" else None
        if not isinstance(function, dict) or not isinstance(function.get("name"), str) or not function["name"]:
            text = f'Tool {at} is not of the form {{"type": "function", "function": {{"name": "…", …}}}}.'
            raise InvalidInputError(text, field="tools")
        if not isinstance(function.get("parameters", {}), dict):
            raise InvalidInputError(f"The parameters of tool {at} are no JSON Schema: an object.", field="tools")
    return tuple(tools)
