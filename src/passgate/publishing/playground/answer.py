"""A model's answer while it comes."""

import json
from dataclasses import dataclass, field
from typing import Any, Literal

State = Literal["waiting", "coming", "done", "stopped", "failed"]


@dataclass(slots=True)
class ToolCall:
    """A tool that the model asks for."""

    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass(slots=True)
class Answer:
    """What has come so far. Times are in milliseconds since the call was sent."""

    state: State = "waiting"
    text: str = ""
    tool_calls: dict[int, ToolCall] = field(default_factory=dict)
    """By index."""
    finish_reason: str | None = None
    tokens_in: int | None = None
    """None: the stream did not tell."""
    tokens_out: int | None = None
    first_token_ms: int | None = None
    duration_ms: int | None = None
    status: int | None = None
    request_id: str | None = None
    provider: str | None = None
    """Who answered."""
    fallback_model: str | None = None
    """The model that answered in place of the one asked."""
    dropped: str | None = None
    """Fields of the question that the vendor could not be told."""
    problem: str | None = None
    code: str | None = None
    """Stable name of the problem."""

    def open(self, status: int, headers: dict[str, str]) -> None:
        """The head of the answer has come."""
        self.status = status
        self.request_id = headers.get("x-request-id")
        self.provider = headers.get("x-passgate-provider")
        self.fallback_model = headers.get("x-passgate-fallback-model")
        self.dropped = headers.get("x-passgate-dropped")

    def take(self, data: str, at_ms: int) -> None:
        """One event of the stream (OpenAI's chat completion chunk, or an error)."""
        try:
            chunk = json.loads(data)
        except ValueError:
            return  # [DONE]
        if not isinstance(chunk, dict) or self.state == "failed":
            return
        if chunk.get("error"):
            self.fail(chunk)
            return
        for choice in chunk.get("choices") or ():
            self._take_choice(choice, at_ms)
        usage = chunk.get("usage")
        if isinstance(usage, dict):
            self.tokens_in, self.tokens_out = usage.get("prompt_tokens"), usage.get("completion_tokens")

    def message(self) -> dict[str, Any]:
        """The answer as a message of the talk that goes on."""
        told: dict[str, Any] = {"role": "assistant", "content": self.text or None}
        if self.tool_calls:
            told["tool_calls"] = [
                {"id": one.id, "type": "function", "function": {"name": one.name, "arguments": one.arguments or "{}"}}
                for one in self.tool_calls.values()
            ]
        return told if self.tool_calls else {**told, "content": self.text}

    def fail(self, document: Any) -> None:  # noqa: ANN401 - whatever the gate answered
        """An error in OpenAI's format, or anything else in its place."""
        told = document.get("error") if isinstance(document, dict) else None
        told = told if isinstance(told, dict) else {}
        self.state = "failed"
        self.problem = str(told.get("message") or f"The gate answered with status {self.status}.")
        self.code = told.get("code")

    def _take_choice(self, choice: dict[str, Any], at_ms: int) -> None:
        delta = choice.get("delta") or {}
        text, calls = delta.get("content") or "", delta.get("tool_calls") or ()
        if (text or calls) and self.first_token_ms is None:
            self.first_token_ms = at_ms
            self.state = "coming"
        self.text += text
        for call in calls:
            known = self.tool_calls.setdefault(call.get("index", 0), ToolCall())
            known.id = call.get("id") or known.id
            function = call.get("function") or {}
            known.name = function.get("name") or known.name
            known.arguments += function.get("arguments") or ""
        self.finish_reason = choice.get("finish_reason") or self.finish_reason
