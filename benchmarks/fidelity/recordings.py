"""The recorded exchanges with vendors, and which of them a chat through the gate can be compared with."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.fidelity.streams import decoded

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "recordings"
ABSENT = "the recorded exchanges (../shared/recordings) are absent"
_FAMILIES = {"anthropic": "anthropic", "bedrock": "bedrock", "cohere": "cohere", "gemini": "gemini", "vertex": "gemini"}
_CHATS = re.compile(
    r"/chat/completions$|/responses$|/v1/messages$|:generateContent$|:streamGenerateContent$|/converse$|/converse-stream$|/v2/chat$"
)
_LEFT = (
    (r"/responses/(compact|input_tokens)", "no answer: a talk made shorter, or counted"),
    (
        r"/responses/|/files|/fileSearchStores|/vector_stores|/conversations|/cachedContents",
        "kept by the vendor, no part of a chat",
    ),
    (r"/realtime", "realtime speech is not spoken"),
    (r"/embed|mbedContent|/invoke$", "vectors, not words: tests/inference/translation compares them number by number"),
    (r"count_tokens|countTokens|/count-tokens", "counts of tokens, not words: the tests of translation compare them"),
    (r"/models", "a list of models is no chat"),
)
_BACKGROUND = "a promise of an answer (`background`): the gate refuses to ask for it, by name"
_SUCCESS = 200


@dataclass(frozen=True)
class Recording:
    """One exchange, as it was on the wire.

    Attributes:
        vendor: whose file it stands in.
        name: of the recording.
        path: that was called, with its query.
        request: the body's JSON.
        status: of HTTP.
        streamed: the answer is a stream.
        body: the answer's bytes.
    """

    vendor: str
    name: str
    path: str
    request: Any
    status: int
    streamed: bool
    body: bytes

    @property
    def row(self) -> str:
        """Whose row of the tables it stands in."""
        return f"{self.vendor} (Responses)" if self.family == "responses" else self.vendor

    @property
    def family(self) -> str:
        """The dialect that it speaks."""
        if self.path.partition("?")[0].endswith("/responses"):
            return "responses"
        return _FAMILIES.get(self.vendor, "openai")

    @property
    def left_because(self) -> str | None:
        """Why it is no chat that can be measured; None where it is one."""
        path = self.path.partition("?")[0]
        if _CHATS.search(path):
            return _BACKGROUND if self._is_promised else None
        return next(
            (reason for pattern, reason in _LEFT if re.search(pattern, path)), "an endpoint nobody has explained"
        )

    @property
    def _is_promised(self) -> bool:
        return self.family == "responses" and not self.streamed and json.loads(self.body).get("status") == "queued"

    @property
    def ok(self) -> bool:
        """The vendor answered."""
        return self.status == _SUCCESS

    @property
    def model(self) -> str:
        """The vendor's name of the model."""
        path = self.path.partition("?")[0]
        if self.family == "gemini":
            return path.rpartition("/")[2].rpartition(":")[0]
        if self.family == "bedrock":
            return path.split("/")[2].replace("%3A", ":").replace("%2F", "/")
        return str(self.request.get("model", "")) if isinstance(self.request, dict) else ""


def load() -> list[Recording]:
    """All of them, in the order of the files; none where the folder is absent."""
    found = []
    for file in sorted(FOLDER.glob("*.jsonl")):
        for line in file.read_text().splitlines():
            row = json.loads(line)
            told = row["response"]
            if isinstance(told, dict) and told.keys() == {"base64"}:
                body = decoded(told)
            else:
                body = told.encode() if isinstance(told, str) else json.dumps(told).encode()
            streamed = "stream" in (row["content_type"] or "") and row["status"] == _SUCCESS
            kept = (row["name"], row["path"], row["request"], row["status"], streamed, body)
            found.append(Recording(file.stem, *kept))
    return found
