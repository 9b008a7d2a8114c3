"""A foreign configuration, read so that nothing of it goes unseen: what nobody took is told in the end."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel


class Leftover(BaseModel):
    """Something that has no counterpart, or one that is not quite the same."""

    place: str
    """Where it stands in the source, such as ``services.orders.plugins.acl.config.allow``."""
    reason: str


@dataclass(slots=True)
class Translation:
    """Documents of ours, and what they do not say of the source."""

    documents: list[dict[str, Any]] = field(default_factory=list)
    leftovers: list[Leftover] = field(default_factory=list)

    def leave(self, place: str, reason: str) -> None:
        """Tell that something is left out, once."""
        found = Leftover(place=place, reason=reason)
        if found not in self.leftovers:
            self.leftovers.append(found)


@dataclass(slots=True)
class Part:
    """A mapping of the source with its place."""

    content: Mapping[str, Any]
    place: str
    translation: Translation
    _taken: set[str] = field(default_factory=set)

    def take(self, name: str, otherwise: Any = None) -> Any:  # noqa: ANN401 - a foreign value
        """A value, which counts as seen; the other one where it is absent or null."""
        self._taken.add(name)
        value = self.content.get(name)
        return otherwise if value is None else value

    def text(self, name: str, otherwise: str = "") -> str:
        """A value as text."""
        value = self.take(name, otherwise)
        return value if isinstance(value, str) else str(value)

    def number(self, name: str, otherwise: int = 0) -> int:
        """A whole number; the other one where it is none, which is told."""
        value = self.take(name, otherwise)
        if isinstance(value, bool) or not isinstance(value, int | float) or int(value) != value:
            self.leave(name, f"{value!r} is no whole number.")
            return otherwise
        return int(value)

    def texts(self, name: str) -> list[str]:
        """A list of texts; a single one counts as a list."""
        value = self.take(name, [])
        listed = value if isinstance(value, list) else [value]
        return [one if isinstance(one, str) else str(one) for one in listed]

    def part(self, name: str) -> "Part":
        """A mapping within; empty where it is absent."""
        value = self.take(name, {})
        if not isinstance(value, Mapping):
            self.leave(name, "A mapping was expected here.")
            value = {}
        return Part(value, self.at(name), self.translation)

    def parts(self, name: str, *labels: str) -> Iterator["Part"]:
        """The mappings of a list, each called by the first label that it has, or by its number where that is taken."""
        value, seen = self.take(name, []), set[str]()
        for number, one in enumerate(value if isinstance(value, list) else [value]):
            if not isinstance(one, Mapping):
                self.leave(f"{name}.{number}", "A mapping was expected here.")
                continue
            called = next((str(one[label]) for label in labels if one.get(label)), str(number))
            called = f"{called}[{number}]" if called in seen else called
            seen.add(called)
            yield Part(one, self.at(f"{name}.{called}"), self.translation)

    def at(self, name: str) -> str:
        """The place of a key."""
        return f"{self.place}.{name}" if self.place else name

    def leave(self, name: str, reason: str) -> None:
        """Tell that a key is left out, which counts as seen."""
        self._taken.add(name.partition(".")[0])
        self.translation.leave(self.at(name) if name else self.place, reason)

    def ignore(self, *names: str) -> None:
        """Count keys as seen that say nothing of how calls are served, such as ids and times."""
        self._taken.update(names)

    def close(self, usual: Mapping[str, Any] | None = None, reason: str = "It has no counterpart.") -> None:
        """Tell of everything that nobody took, unless it is empty or as usual."""
        for name, value in self.content.items():
            is_usual = usual is not None and name in usual and value == usual[name]
            if name not in self._taken and not is_usual and value not in (None, "", [], {}):
                self.translation.leave(self.at(name), reason)
