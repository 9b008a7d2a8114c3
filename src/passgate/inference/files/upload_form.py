"""An upload (``multipart/form-data``, RFC 7578) read as it comes: its words are kept, its one file is put aside."""

from collections.abc import Callable
from typing import BinaryIO

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from passgate.inference.translation import InvalidRequestError

_LONGEST_VALUE = 4096
_MOST_FIELDS = 50
FILE = "file"


class UploadForm:
    """Takes an upload in pieces, in any order of its fields; clients put the file first or last."""

    def __init__(self, content_type: str, aside: Callable[[], BinaryIO], file_field: str = FILE) -> None:
        """Make it.

        Args:
            content_type: of the request.
            aside: makes the place for the file.
            file_field: the name of the field that holds it.

        Raises:
            InvalidRequestError: it is no form.
        """
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if kind != b"multipart/form-data" or not boundary:
            raise InvalidRequestError("The body must be multipart/form-data, with its boundary in the content type.")
        self.fields: dict[str, str] = {}
        self.file: BinaryIO | None = None
        self.file_name = ""
        self.file_type = ""
        self.size = 0
        """Bytes of the file."""
        self._aside = aside
        self._file_field = file_field
        self._header = self._value = b""
        self._name: str | None = None
        self._is_file = False
        self._text = b""
        self._count = 0
        self._ended = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._add_header,
                "on_header_value": self._add_value,
                "on_header_end": self._take_header,
                "on_headers_finished": self._open_part,
                "on_part_data": self._add_data,
                "on_part_end": self._end_part,
                "on_end": self._end,
            },
        )

    def feed(self, piece: bytes) -> None:
        """Read on.

        Raises:
            InvalidRequestError: it is no form, or none with one file.
        """
        try:
            self._parser.write(piece)
        except MultipartParseError as error:
            raise InvalidRequestError(f"The form cannot be read: {error}") from error

    def close(self) -> BinaryIO:
        """All has come; the file, at its beginning.

        Raises:
            InvalidRequestError: the form has no end, or no file.
        """
        try:
            self._parser.finalize()
        except MultipartParseError as error:
            raise InvalidRequestError(f"The form cannot be read: {error}") from error
        if not self._ended:
            raise InvalidRequestError("The form has no end.")
        if self.file is None:
            name = self._file_field
            raise InvalidRequestError(f"The field '{name}' is missing.", code="missing_field", field=name)
        self.file.seek(0)
        return self.file

    def _begin(self) -> None:
        self._count += 1
        if self._count > _MOST_FIELDS:
            raise InvalidRequestError(f"The form has more than {_MOST_FIELDS} fields.")
        self._name, self._is_file, self._text = None, False, b""
        self._part_type = ""

    def _add_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _add_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _take_header(self) -> None:
        name, value = self._header.lower(), self._value
        self._header = self._value = b""
        if name == b"content-disposition":
            options = parse_options_header(value)[1]
            self._name = options.get(b"name", b"").decode("utf-8", "replace")
            self._is_file = b"filename" in options
            self._part_name = options.get(b"filename", b"").decode("utf-8", "replace")
        elif name == b"content-type":
            self._part_type = value.decode("latin-1")

    def _open_part(self) -> None:
        if not self._is_file:
            return
        if self._name != self._file_field or self.file is not None:
            raise InvalidRequestError(
                f"The form holds a file besides the one in '{self._file_field}'.", field=(self._name or "")[:100]
            )
        self.file, self.file_name, self.file_type = self._aside(), self._part_name, self._part_type

    def _add_data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file and self.file is not None:
            self.file.write(data[start:end])
            self.size += end - start
            return
        self._text += data[start:end]
        if len(self._text) > _LONGEST_VALUE:
            raise InvalidRequestError(f"The field '{(self._name or '')[:100]}' is longer than {_LONGEST_VALUE} bytes.")

    def _end_part(self) -> None:
        if not self._is_file and self._name:
            try:
                self.fields[self._name] = self._text.decode()
            except UnicodeDecodeError as error:
                raise InvalidRequestError(f"The field '{self._name[:100]}' is not UTF-8.") from error

    def _end(self) -> None:
        self._ended = True


def form_frame(
    fields: dict[str, str], file_name: str, file_type: str, boundary: str, file_field: str = FILE
) -> tuple[bytes, bytes]:
    """What goes before and after a file's bytes, so that all together is a form."""
    lines = [
        f'--{boundary}\r\ncontent-disposition: form-data; name="{_quoted(name)}"\r\n\r\n{text}\r\n'
        for name, text in fields.items()
    ]
    lines.append(
        f'--{boundary}\r\ncontent-disposition: form-data; name="{file_field}"; filename="{_quoted(file_name)}"\r\n'
        f"content-type: {file_type or 'application/octet-stream'}\r\n\r\n"
    )
    return "".join(lines).encode(), f"\r\n--{boundary}--\r\n".encode()


def _quoted(text: str) -> str:
    """As browsers do it (WHATWG HTML, multipart/form-data encoding algorithm)."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
