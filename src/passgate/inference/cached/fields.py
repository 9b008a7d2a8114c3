"""Header fields of a request or an answer."""

import re
from collections.abc import Iterable
from datetime import UTC
from email.utils import parsedate_to_datetime

Header = tuple[bytes, bytes]

_DIRECTIVE = re.compile(r'([!#$%&\'*+.^_`|~0-9A-Za-z-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*)))?')
_LONGEST = 10
"""Digits of a number of seconds that are read; more is a very long time (RFC 9111 section 1.2.2)."""


class Fields:
    """The lines of each name as one value, which is what they mean together (RFC 9110 section 5.3)."""

    def __init__(self, lines: Iterable[Header]) -> None:
        self._values: dict[str, str] = {}
        for name, value in lines:
            key, text = name.decode("latin-1").lower(), value.decode("latin-1").strip()
            known = self._values.get(key)
            self._values[key] = text if known is None else f"{known}, {text}"

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def get(self, name: str) -> str | None:
        """The value; None: there is no such field."""
        return self._values.get(name)

    def names_in(self, name: str) -> tuple[str, ...]:
        """The members of a list of names, in lower case."""
        return tuple(part.strip().lower() for part in self._values.get(name, "").split(",") if part.strip())

    def directives(self) -> dict[str, str]:
        """Those of ``Cache-Control``, the first of each name; an argument that is missing is empty."""
        found: dict[str, str] = {}
        for match in _DIRECTIVE.finditer(self._values.get("cache-control", "")):
            found.setdefault(match[1].lower(), match[2] if match[2] is not None else match[3] or "")
        return found

    def moment(self, name: str) -> float | None:
        """A date as seconds since 1970; None: there is none, or it is none."""
        try:
            read = parsedate_to_datetime(self._values[name])
        except (KeyError, ValueError, TypeError, OverflowError):
            return None
        return (read if read.tzinfo is not None else read.replace(tzinfo=UTC)).timestamp()


def seconds_of(text: str) -> int | None:
    """A number of seconds; None: it is none."""
    plain = text.strip()
    return int(plain[:_LONGEST]) if plain.isascii() and plain.isdigit() else None
