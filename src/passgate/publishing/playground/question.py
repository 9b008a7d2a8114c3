"""What is asked of the models: one document of OpenAI's chat completions, with what was said before."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from passgate.kernel.errors import InvalidInputError

_HOTTEST = 2
_MOST_TOOLS = 128
MOST_PICTURES = 4
MOST_PICTURE_BYTES = 4 * 1024 * 1024
_PICTURES = ("image/png", "image/jpeg", "image/webp", "image/gif")


@dataclass(frozen=True, slots=True)
class Question:
    """The same for each model that is chosen."""

    user: str
    system: str = ""
    temperature: float | None = None
    max_tokens: int | None = None
    tools: tuple[dict[str, Any], ...] = ()
    pictures: tuple[str, ...] = ()
    """Data URLs."""

    def document(self, model: str, earlier: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
        """The body of the call; what was left open is left out, since some models refuse it.

        Args:
            model: that is asked.
            earlier: what was said before, without the system's message.
        """
        messages: list[dict[str, Any]] = [*earlier, *self._said()]
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

    def _said(self) -> list[dict[str, Any]]:
        if not self.pictures:
            return [{"role": "user", "content": self.user}] if self.user else []
        parts: list[dict[str, Any]] = [{"type": "image_url", "image_url": {"url": one}} for one in self.pictures]
        return [{"role": "user", "content": [{"type": "text", "text": self.user}, *parts] if self.user else parts}]


def picture(content_type: str, data: bytes) -> str:
    """A picture as a data URL.

    Raises:
        InvalidInputError: it is none that models look at, or too large.
    """
    if content_type not in _PICTURES:
        raise InvalidInputError("A picture is a PNG, JPEG, WebP or GIF.", field="pictures")
    if len(data) > MOST_PICTURE_BYTES:
        raise InvalidInputError(f"A picture has at most {MOST_PICTURE_BYTES >> 20} MB.", field="pictures")
    return f"data:{content_type};base64,{base64.b64encode(data).decode()}"


def read_question(  # noqa: PLR0913 - what was typed, each by name
    user: str,
    system: str = "",
    temperature: float | None = None,
    max_tokens: float | None = None,
    tools: str = "",
    *,
    pictures: Sequence[str] = (),
    goes_on: bool = False,
) -> Question:
    """A question from what was typed.

    Args:
        user: the user's message.
        system: the system's; empty: none.
        temperature: 0 to 2; None: the model's own.
        max_tokens: most tokens of the answer; None: the model's own.
        tools: JSON, an array as in OpenAI's ``tools``; empty: none.
        pictures: data URLs.
        goes_on: something was said before, which may stand alone: the results of tools.

    Raises:
        InvalidInputError: no message, a number out of range, or tools that are none.
    """
    if len(pictures) > MOST_PICTURES:
        raise InvalidInputError(f"At most {MOST_PICTURES} pictures go with a message.", field="pictures")
    if not user.strip() and not pictures and not goes_on:
        raise InvalidInputError("Write something to ask.", field="user")
    if temperature is not None and not 0 <= temperature <= _HOTTEST:
        raise InvalidInputError(f"The temperature is a number from 0 to {_HOTTEST}.", field="temperature")
    if max_tokens is not None and (max_tokens < 1 or max_tokens != int(max_tokens)):
        raise InvalidInputError("The most tokens are a whole number from 1.", field="max_tokens")
    most = None if max_tokens is None else int(max_tokens)
    return Question(user.strip() and user, system, temperature, most, _tools(tools), tuple(pictures))


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
