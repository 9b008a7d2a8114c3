"""The lines of a batch (JSON lines, one request each), read and written one by one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from passgate.inference.exchange.reading import as_text
from passgate.inference.json_text import read_exact, write_json
from passgate.inference.translation import InboundFormat, InvalidRequestError

FORMATS: Mapping[str, InboundFormat] = {
    "/chat/completions": "openai-chat",
    "/responses": "openai-responses",
    "/embeddings": "openai-embeddings",
    "/moderations": "openai-moderations",
}
"""What a line may ask for, by its ``url``; a version before it says nothing."""
_LONGEST_LINE = 32 * 1024 * 1024
_MOST_LINES = 100_000
"""OpenAI takes 50,000, others up to twice as many."""


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One request of a batch."""

    form: InboundFormat
    document: dict[str, Any]
    """The whole line."""

    @property
    def body(self) -> dict[str, Any]:
        """The request."""
        return self.document["body"]  # type: ignore[no-any-return]  # read_line has seen to it


@dataclass(slots=True)
class BatchSum:
    """What the lines ask for together."""

    lines: int = 0
    model: str = ""
    """The one model that all of them name."""
    dropped: dict[str, None] = field(default_factory=dict)


def read_line(text: bytes) -> BatchLine:
    """Read a line.

    Raises:
        InvalidRequestError: it is no request that a batch may hold.
    """
    try:
        document = read_exact(text)
    except ValueError as error:
        raise InvalidRequestError(f"it is not valid JSON: {error}", code="invalid_json") from error
    if not isinstance(document, dict) or not isinstance(document.get("body"), dict):
        raise InvalidRequestError("it must be an object with a 'body'")
    if document.get("method", "POST") != "POST":
        raise InvalidRequestError("'method' must be POST")
    url = as_text(document.get("url")) or ""
    form = FORMATS.get(url.removeprefix("/v1"))
    if form is None:
        offered = ", ".join(f"/v1{path}" for path in FORMATS)
        raise InvalidRequestError(f"'url' must be one of {offered}")
    if document["body"].get("stream"):
        raise InvalidRequestError("a batch cannot stream")
    return BatchLine(form, document)


def rewrite(source: BinaryIO, into: BinaryIO, judge: Callable[[BatchLine, BatchSum], bytes]) -> BatchSum:
    """Write a batch's lines as they go to the vendor.

    Args:
        source: the lines.
        into: where they are written.
        judge: gives a line's body for the vendor, or refuses it.

    Raises:
        InvalidRequestError: a line breaks a rule; its number is told.
        PassgateError: the judge refused one.
    """
    sum_ = BatchSum()
    number = 0
    while line := source.readline(_LONGEST_LINE + 1):
        number += 1
        if len(line) > _LONGEST_LINE:
            raise InvalidRequestError(f"Line {number} is longer than {_LONGEST_LINE} bytes.", field="file")
        if not line.strip():
            continue
        if sum_.lines >= _MOST_LINES:
            raise InvalidRequestError(f"The file has more than {_MOST_LINES} requests.", field="file")
        try:
            one = read_line(line)
            body = judge(one, sum_)
        except InvalidRequestError as error:
            message = f"Line {number}: {error.message}"
            raise InvalidRequestError(message, code=error.code, field="file") from error
        head = {name: value for name, value in one.document.items() if name != "body"}
        into.write(write_json(head)[:-1] + (b"," if head else b"") + b'"body":' + body + b"}\n")
        sum_.lines += 1
    if not sum_.lines:
        raise InvalidRequestError("The file holds no request.", field="file")
    into.seek(0)
    return sum_
