"""What a path of Gemini's API asks for: ``/v1beta/models/{model}:{method}``, or the same below ``/v1``."""

from typing import NamedTuple
from urllib.parse import parse_qs

from passgate.inference.translation import InboundFormat

PREFIX = "/v1beta/"
"""Gemini's alone; ``/v1``, which newer SDKs call, is OpenAI's and Anthropic's as well."""
_PREFIXES = (PREFIX, "/v1/")
CLIENT_HEADER = "x-goog-api-client"
"""Every SDK of Google's says in it who it is."""
_COLLECTIONS = ("models/", "tunedModels/")
_FORMS: dict[str, InboundFormat] = {
    "generateContent": "gemini",
    "streamGenerateContent": "gemini-array",
    "embedContent": "gemini-embeddings",
    "batchEmbedContents": "gemini-batch-embeddings",
    "countTokens": "gemini-count-tokens",
}


class GeminiCall(NamedTuple):
    """A call of a model's method."""

    form: InboundFormat
    model: str
    stream: bool


def read_call(path: str, query: bytes = b"") -> GeminiCall | None:
    """Read a path; None where it names no method that the gate knows.

    Args:
        path: decoded.
        query: as it came; ``alt=sse`` asks for an event stream in place of an array that grows.
    """
    version = next((prefix for prefix in _PREFIXES if path.startswith(prefix)), "")
    name, colon, method = path.removeprefix(version).rpartition(":")
    form = _FORMS.get(method)
    collection = next((prefix for prefix in _COLLECTIONS if name.startswith(prefix)), None)
    if not version or not colon or form is None or collection is None:
        return None
    stream = form == "gemini-array"
    if stream and parse_qs(query.decode("latin-1")).get("alt", [""])[-1] == "sse":
        form = "gemini"
    return GeminiCall(form, name.removeprefix(collection), stream)
