"""Facts: names and values of one thing."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from passgate.console.components.text import Words, box

Value = str | Callable[[], object]


@contextmanager
def fact_list() -> Iterator[None]:
    """A list of facts."""
    with box("pg-facts", "dl"):
        yield


def fact(name: str, value: Value) -> None:
    """One fact; a function makes its value's elements."""
    Words(name, "dt")
    if isinstance(value, str):
        Words(value, "dd")
        return
    with box(tag="dd"):
        value()


def facts(pairs: Sequence[tuple[str, Value]]) -> None:
    """A list of facts, in one call."""
    with fact_list():
        for name, value in pairs:
            fact(name, value)
