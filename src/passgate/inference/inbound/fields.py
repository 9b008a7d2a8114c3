"""A JSON object being read field by field: wrong types are refused by name, and what nobody read is reported."""

import re
from collections.abc import Iterator
from typing import Any, Self

from passgate.inference.json_text import Json
from passgate.inference.translation import InvalidRequestError, UntranslatableError

_INDEX = re.compile(r"\[\d+\]")


def without_indexes(path: str) -> str:
    """``messages[2].content[0].text`` as ``messages.content.text``: names a field, not a place."""
    return _INDEX.sub("", path)


class Fields:
    """An object of the client's request; ``unread`` collects, for the whole request, what was not understood."""

    def __init__(self, document: object, path: str, unread: list[str]) -> None:
        if not isinstance(document, dict):
            raise InvalidRequestError(f"'{path}' must be an object.", field=path)
        self.document: dict[str, Any] = document
        self.path = path
        self.unread = unread
        self._read: set[str] = set()

    def at(self, name: str) -> str:
        """The path of a field of this object."""
        return f"{self.path}.{name}" if self.path else name

    def take(self, name: str) -> Json:
        """The field whatever its type; None where it is absent."""
        self._read.add(name)
        return self.document.get(name)

    def skip(self, *names: str) -> None:
        """These fields say nothing that must be translated."""
        self._read.update(names)

    def text(self, name: str) -> str:
        """A string that must be there."""
        value = self.text_or_none(name)
        if value is None:
            raise self.missing(name)
        return value

    def text_or_none(self, name: str) -> str | None:
        """A string, if it is there."""
        value = self.take(name)
        if value is not None and not isinstance(value, str):
            raise self.wrong(name, "a string")
        return value

    def flag(self, name: str) -> bool | None:
        """True or false, if it is there."""
        value = self.take(name)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(name, "true or false")
        return value

    def integer(self, name: str) -> int | None:
        """An integer, if it is there."""
        value = self.take(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise self.wrong(name, "an integer")
        return value

    def number(self, name: str) -> float | None:
        """A number, if it is there."""
        value = self.take(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise self.wrong(name, "a number")
        return value

    def mapping(self, name: str) -> dict[str, Any] | None:
        """An object taken whole, if it is there."""
        value = self.take(name)
        if value is not None and not isinstance(value, dict):
            raise self.wrong(name, "an object")
        return value

    def object(self, name: str) -> Self | None:
        """An object to be read in its turn, if it is there."""
        value = self.take(name)
        return None if value is None else type(self)(value, self.at(name), self.unread)

    def objects(self, name: str) -> Iterator[Self]:
        """A list of objects; none where the field is absent."""
        for index, value in enumerate(self.listed(name)):
            yield type(self)(value, f"{self.at(name)}[{index}]", self.unread)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings; empty where the field is absent."""
        values = self.listed(name)
        if not all(isinstance(value, str) for value in values):
            raise self.wrong(name, "a list of strings")
        return tuple(values)

    def listed(self, name: str) -> list[Any]:
        """A list; empty where the field is absent."""
        value = self.take(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.wrong(name, "a list")
        return value

    def done(self) -> None:
        """Report the fields that nobody read and that say something."""
        for name, value in self.document.items():
            if name not in self._read and value is not None:
                self.unread.append(without_indexes(self.at(name)))

    def missing(self, name: str) -> InvalidRequestError:
        """The field must be there and is not."""
        path = self.at(name)
        return InvalidRequestError(f"The field '{path}' is missing.", code="missing_field", field=path)

    def wrong(self, name: str, expected: str) -> InvalidRequestError:
        """The field is not what it must be."""
        path = self.at(name)
        return InvalidRequestError(f"The field '{path}' must be {expected}.", field=path)

    def refuse(self, name: str, reason: str) -> UntranslatableError:
        """The field cannot be carried to another vendor and may not be left out."""
        path = self.at(name)
        return UntranslatableError(f"The field '{path}' cannot be translated: {reason}", field=path)
