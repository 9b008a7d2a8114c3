"""What is found on the way through an answer, whatever its format."""

from typing import Any

from benchmarks.fidelity.meaning import Meaning, arguments, said


class Found:
    """Collects the meaning of an answer."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.thinking: list[str] = []
        self.signatures: list[str] = []
        self.calls: list[tuple[str, Any]] = []
        self.ids: list[str] = []
        self.cited: list[str] = []
        self.images: list[str] = []
        self.own_tools: list[str] = []
        self.logprobs: list[tuple[str, float]] = []

    def call(self, call_id: object, name: object, given: object) -> None:
        """The model asks for a tool."""
        self.calls.append((str(name), arguments(given)))
        self.ids.append(str(call_id or ""))

    def meaning(self, stop: str | None, usage: dict[str, int]) -> Meaning:
        """All that was found."""
        return said(
            {
                "text": "".join(self.text),
                "thinking": "".join(self.thinking),
                "signatures": self.signatures,
                "calls": self.calls,
                "call ids": self.ids if all(self.ids) else None,
                "citations": sorted(set(self.cited)),
                "images": self.images,
                "own tools": sorted(self.own_tools),
                "finish": stop,
                "usage": usage,
                "logprobs": self.logprobs,
            }
        )
