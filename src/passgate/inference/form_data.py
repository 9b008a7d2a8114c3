"""``multipart/form-data`` (RFC 7578) read for what the gate must know of it, and changed in one field, bytes kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

_LONGEST_VALUE = 65_536
_MOST_FIELDS = 200


class FormDataError(ValueError):
    """The body is no form, or one larger than any client sends; the text says what is wrong."""


@dataclass(slots=True)
class FormField:
    """A field, and where its value stands in the body."""

    name: str = ""
    is_file: bool = False
    start: int = -1
    end: int = -1


@dataclass(slots=True)
class _Reading:
    """What the parser has told so far."""

    fields: list[FormField] = field(default_factory=list)
    header: bytes = b""
    value: bytes = b""
    now: FormField = field(default_factory=FormField)
    ended: bool = False

    def begin(self) -> None:
        if len(self.fields) >= _MOST_FIELDS:
            raise FormDataError(f"the form has more than {_MOST_FIELDS} fields")
        self.now = FormField()
        self.fields.append(self.now)

    def take_header(self) -> None:
        if self.header.lower() == b"content-disposition":
            options = parse_options_header(self.value)[1]
            self.now.name = options.get(b"name", b"").decode("utf-8", "replace")
            self.now.is_file = b"filename" in options
        self.header = self.value = b""

    def add_header(self, data: bytes, start: int, end: int) -> None:
        self.header += data[start:end]

    def add_value(self, data: bytes, start: int, end: int) -> None:
        self.value += data[start:end]

    def add_data(self, _: bytes, start: int, end: int) -> None:
        if self.now.start < 0:
            self.now.start = start
        self.now.end = end

    def finish(self) -> None:
        self.ended = True


def read_form(body: bytes, content_type: str) -> list[FormField]:
    """The fields of a form, in their order.

    Raises:
        FormDataError: the body is none.
    """
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise FormDataError("the body must be multipart/form-data, with its boundary in the content type")
    reading = _Reading()
    parser = MultipartParser(
        boundary,
        {
            "on_part_begin": reading.begin,
            "on_header_field": reading.add_header,
            "on_header_value": reading.add_value,
            "on_header_end": reading.take_header,
            "on_part_data": reading.add_data,
            "on_end": reading.finish,
        },
    )
    try:
        parser.write(body)
        parser.finalize()
    except MultipartParseError as error:
        raise FormDataError(f"the form cannot be read: {error}") from error
    if not reading.ended:
        raise FormDataError("the form has no end")
    return reading.fields


def form_document(body: bytes, fields: list[FormField]) -> dict[str, Any]:
    """The fields that are text, by name; of several with one name, and of files, only that they are there.

    Raises:
        FormDataError: a text is no UTF-8, or longer than any parameter is.
    """
    document: dict[str, Any] = {}
    for one in fields:
        if one.is_file:
            document.setdefault(one.name, {"file": True})
            continue
        if one.end - one.start > _LONGEST_VALUE:
            raise FormDataError(f"the field '{one.name}' is longer than {_LONGEST_VALUE} bytes")
        try:
            document[one.name] = body[one.start : one.end].decode() if one.start >= 0 else ""
        except UnicodeDecodeError as error:
            raise FormDataError(f"the field '{one.name}' is not UTF-8") from error
    return document


def with_texts(body: bytes, fields: list[FormField], texts: Mapping[str, str]) -> bytes:
    """The same form with other values of these text fields."""
    parts: list[bytes] = []
    at = 0
    for one in fields:
        text = texts.get(one.name)
        if text is not None and not one.is_file and one.start >= 0:
            parts += (body[at : one.start], text.encode())
            at = one.end
    return b"".join((*parts, body[at:]))
