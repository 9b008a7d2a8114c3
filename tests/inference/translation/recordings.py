"""The recorded exchanges with vendors, sorted by what the present formats and dialects cover."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[3].parent / "shared" / "recordings"
OPENAI_LIKE = ("openai", "groq", "deepseek", "openrouter", "cerebras", "mistral", "huggingface")
VENDORS = (*OPENAI_LIKE, "anthropic")


@dataclass(frozen=True)
class Recording:
    vendor: str
    name: str
    path: str
    request: Any
    status: int
    content_type: str
    response: Any

    @property
    def form(self) -> str:
        if "/messages" in self.path:
            return "anthropic-messages"
        return "openai-embeddings" if self.path.endswith("/embeddings") else "openai-chat"

    @property
    def dialect(self) -> str:
        return "anthropic" if self.vendor == "anthropic" else "openai"

    @property
    def streamed(self) -> bool:
        return self.content_type.startswith("text/event-stream")

    @property
    def body(self) -> bytes:
        return self.response.encode() if isinstance(self.response, str) else json.dumps(self.response).encode()

    @property
    def raw(self) -> bytes:
        return json.dumps(self.request).encode()


@cache
def everything() -> tuple[Recording, ...]:
    """All exchanges of the vendors that the two dialects speak to; skips where the recordings are absent."""
    if not FOLDER.is_dir():
        pytest.skip("the recorded exchanges (../shared/recordings) are absent")
    found = []
    for vendor in VENDORS:
        for line in (FOLDER / f"{vendor}.jsonl").read_text().splitlines():
            row = json.loads(line)
            kept = (row["path"], row["request"], row["status"], row["content_type"] or "", row["response"])
            found.append(Recording(vendor, row["name"], *kept))
    return tuple(found)


def why_uncovered(recording: Recording) -> str | None:
    """Why neither format nor dialect of the present covers an exchange; None where they do."""
    path = recording.path.split("?")[0]
    reasons = {
        "/responses": "Responses have a test of their own (test_responses.py)",
        "/files": "files are kept by the vendor, not part of a chat",
        "/conversations": "conversations are kept by the vendor, not part of a chat",
        "/vector_stores": "vector stores are kept by the vendor, not part of a chat",
        "/realtime": "realtime speech is not spoken yet",
        "/count_tokens": "counting tokens is no chat",
        "/models": "a list of models is no chat",
    }
    found = next((reason for part, reason in reasons.items() if part in path), None)
    if found is not None:
        return found
    if path.endswith(("/chat/completions", "/v1/messages", "/v1/embeddings")):
        return None
    return "an endpoint that nobody has explained"


def uncovered() -> list[tuple[str, str, str]]:
    """Vendor, name and reason of each exchange that is not covered."""
    told = ((recording, why_uncovered(recording)) for recording in everything())
    return [(recording.vendor, recording.name, reason) for recording, reason in told if reason is not None]


def covered() -> tuple[Recording, ...]:
    return tuple(recording for recording in everything() if why_uncovered(recording) is None)


def responses() -> tuple[Recording, ...]:
    """The exchanges in OpenAI's Responses; kept answers, counts and compactions are no answers of a model."""
    return tuple(
        recording
        for recording in everything()
        if recording.path.endswith("/responses") and isinstance(recording.request, dict)
    )
