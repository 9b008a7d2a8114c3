"""Objects of Gemini's API, whose members may be written in either of two ways: ``inlineData`` or ``inline_data``.

See https://protobuf.dev/programming-guides/json: readers take both, and 64-bit integers also as strings.
"""

import re

from passgate.inference.inbound.fields import Fields

_UNDERSCORE = re.compile(r"_([a-z0-9])")


def camel(name: str) -> str:
    """A member's name in the first way."""
    return _UNDERSCORE.sub(lambda match: match.group(1).upper(), name) if "_" in name else name


class ProtoFields(Fields):
    """Reads by the first way of writing; paths keep the client's own."""

    def __init__(self, document: object, path: str, unread: list[str]) -> None:
        super().__init__(document, path, unread)
        self._spelled = {camel(name): name for name in self.document}
        if any(name != own for name, own in self._spelled.items()):
            self.document = {name: self.document[own] for name, own in self._spelled.items()}

    def at(self, name: str) -> str:
        """The path of a field of this object, as the client wrote it."""
        return super().at(self._spelled.get(name, name))

    def whole(self, name: str) -> int | None:
        """An integer, which may come as a string or with a fraction of zero."""
        value = self.document.get(name)
        if isinstance(value, str) and value.removeprefix("-").isdecimal():
            self.skip(name)
            return int(value)
        if isinstance(value, float) and value.is_integer():
            self.skip(name)
            return int(value)
        return self.integer(name)
