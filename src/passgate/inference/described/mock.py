"""What a mocked service answers, from the examples and schemas of its document.

A caller chooses by ``Prefer: code=404, example=name`` (RFC 7240; the words are Prism's) and by ``Accept``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson

from passgate.inference.described.example import Examples
from passgate.inference.described.operations import Description, Operation
from passgate.kernel.errors import NotFoundError, PassgateError

_PREFERENCE = re.compile(r"""([A-Za-z-]+)\s*=\s*(?:"([^"]*)"|([^\s,;"]+))""")
_OWN_HEADERS = frozenset({"content-type", "content-length", "transfer-encoding", "connection", "date", "x-request-id"})
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_NO_BODY = frozenset({204, 205, 304})
_LEAST, _MOST = 200, 599


class NotDescribedError(NotFoundError):
    """The document says nothing of it."""

    code = "not_described"


class NotAcceptableError(PassgateError):
    """The answer has no media type that the caller takes."""

    status = HTTPStatus.NOT_ACCEPTABLE
    code = "not_acceptable"


@dataclass(frozen=True, slots=True)
class MockAnswer:
    """An answer."""

    status: int
    media_type: str | None
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()


def mock_answer(description: Description, operation: Operation, prefer: str, accept: str) -> MockAnswer:
    """The answer of an operation.

    Raises:
        NotDescribedError: it has no answer of the preferred code, or no example of the preferred name.
        NotAcceptableError: as its name says.
    """
    wanted = {name.lower(): quoted or plain for name, quoted, plain in _PREFERENCE.findall(prefer)}
    status, response = _response(operation, wanted.get("code"))
    examples = Examples(description.defs)
    headers = _headers(response, examples)
    content = response["content"]
    if not content or status in _NO_BODY:
        return MockAnswer(status, None, b"", headers)
    media = _media(content, accept, wanted.get("example"))
    value = _value(content[media], examples, wanted.get("example"))
    kind = "application/octet-stream" if "*" in media else media
    return MockAnswer(status, kind, _written(value, media), headers)


def _response(operation: Operation, code: str | None) -> tuple[int, Mapping[str, Any]]:
    responses = operation.responses
    if code is not None:
        found = responses.get(code) or responses.get(f"{code[:1]}XX") or responses.get(f"{code[:1]}xx")
        found = found or responses.get("default")
        if found is None or not code.isdigit() or not _LEAST <= int(code) <= _MOST:
            raise NotDescribedError(f"The document has no answer {code[:20]} here; it has {', '.join(responses)}.")
        return int(code), found
    for status in sorted(responses):
        if status.startswith("2"):
            return int(status.upper().replace("XX", "00")), responses[status]
    if "default" in responses:
        return 200, responses["default"]
    if not responses:
        raise NotDescribedError("The document has no answer here.")
    status = min(responses)
    return max(int(status.upper().replace("XX", "00")), _LEAST), responses[status]


def _media(content: Mapping[str, Any], accept: str, example: str | None) -> str:
    ranges = [part.split(";")[0].strip().lower() for part in accept.split(",") if part.strip()] or ["*/*"]
    offered = [media for media in content if any(_takes(one, media.split(";")[0].strip().lower()) for one in ranges)]
    if not offered:
        raise NotAcceptableError(f"There is {', '.join(content)} only.")
    if example is not None:
        offered = [media for media in offered if example in content[media].get("examples", {})] or offered
    return next((media for media in offered if "json" in media), offered[0])


def _takes(wanted: str, media: str) -> bool:
    if wanted in {"*/*", "*", media} or media == "*/*":
        return True
    return wanted.endswith("/*") and media.startswith(wanted[:-1])


def _value(shown: Mapping[str, Any], examples: Examples, name: str | None) -> Any:  # noqa: ANN401 - JSON of any shape
    named = shown.get("examples", {})
    if name is not None:
        if name not in named:
            raise NotDescribedError(f"There is no example {name[:50]!r} here; there is {', '.join(named) or 'none'}.")
        return named[name]
    if "example" in shown:
        return shown["example"]
    return next(iter(named.values())) if named else examples.value(shown["schema"])


def _written(value: Any, media: str) -> bytes:  # noqa: ANN401 - JSON of any shape
    if isinstance(value, str) and "json" not in media:
        return value.encode()
    return orjson.dumps(value)


def _headers(response: Mapping[str, Any], examples: Examples) -> tuple[tuple[bytes, bytes], ...]:
    found = []
    for name, shown in response["headers"].items():
        if name.lower() in _OWN_HEADERS or name.lower().startswith("x-passgate-") or not _TOKEN.fullmatch(name):
            continue
        value = _value(shown, examples, None)
        text = value if isinstance(value, str) else orjson.dumps(value).decode()
        plain = "".join(letter for letter in text if " " <= letter <= "~")
        found.append((name.lower().encode(), plain.encode()))
    return tuple(found)
