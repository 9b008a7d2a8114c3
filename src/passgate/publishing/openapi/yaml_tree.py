"""YAML as JSON knows it (YAML 1.2, JSON schema and core schema), built from the parser's events.

Not by PyYAML's own constructors: those read ``NO`` as false and dates as objects, take the last of two equal keys,
expand aliases without a bound, and their composer recurses in C, where deep nesting ends the process.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml

from passgate.publishing.openapi.faults import Fault, pointer

Mark = Any
"""Line and column; the parser in C has a class of its own for it."""
MOST_NODES = 600_000
"""Values of a document, each use of an alias counted with all that it stands for."""
DEEPEST = 100

_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,300})")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_TAGS: dict[str, Callable[[str], Any]] = {"tag:yaml.org,2002:str": str}


class TreeError(Exception):
    """A text that is no tree of JSON values."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.detail)
        self.fault = fault


@dataclass(slots=True)
class _Open:
    """A mapping or sequence that is being filled."""

    value: dict[str, Any] | list[Any]
    anchor: str | None
    mark: Mark
    key: str | None = None
    size: int = 1
    deep: int = 1


@dataclass(slots=True)
class _Builder:
    places: dict[str, tuple[int, int]] | None
    stack: list[_Open] = field(default_factory=list)
    anchors: dict[str, tuple[Any, int, int]] = field(default_factory=dict)
    root: Any = None
    nodes: int = 0

    def path(self) -> list[object]:
        return [one.key if isinstance(one.value, dict) else len(one.value) for one in self.stack]

    def fail(self, rule: str, detail: str, mark: Mark) -> TreeError:
        parts = [part for part in self.path() if part is not None]
        return TreeError(
            Fault(place=pointer(parts), rule=rule, detail=detail, line=mark.line + 1, column=mark.column + 1)
        )

    def take(self, event: yaml.Event) -> None:
        mark = event.start_mark
        if isinstance(event, yaml.ScalarEvent):
            if not self._is_key(event):
                self._count(1, mark)
                self._attach(_scalar(event), event.anchor, 1, 1, mark)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._open(event, mark)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            done = self.stack.pop()
            self._attach(done.value, done.anchor, done.size, done.deep, done.mark)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event, mark)

    def _is_key(self, event: yaml.ScalarEvent) -> bool:
        top = self.stack[-1] if self.stack else None
        if top is None or not isinstance(top.value, dict) or top.key is not None:
            return False
        if event.value in top.value:
            raise self.fail("duplicate_key", f"The key {event.value!r} stands here twice.", event.start_mark)
        if event.value == "<<" and event.implicit[0]:
            raise self.fail("merge_key", "Merge keys (<<) are no part of YAML 1.2.", event.start_mark)
        top.key = event.value
        self._note(event.start_mark)
        return True

    def _open(self, event: yaml.Event, mark: Mark) -> None:
        if len(self.stack) >= DEEPEST:
            raise self.fail("too_deep", f"Values are nested deeper than {DEEPEST}.", mark)
        self._require_place(mark)
        self._count(1, mark)
        value: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self.stack.append(_Open(value, getattr(event, "anchor", None), mark))

    def _alias(self, event: yaml.AliasEvent, mark: Mark) -> None:
        found = self.anchors.get(event.anchor or "")
        if found is None:
            raise self.fail("unknown_alias", f"*{event.anchor} stands for nothing that came before it.", mark)
        value, size, deep = found
        if len(self.stack) + deep > DEEPEST:
            raise self.fail("too_deep", f"Values are nested deeper than {DEEPEST}.", mark)
        self._count(size, mark)
        self._attach(value, None, size, deep, mark)

    def _count(self, size: int, mark: Mark) -> None:
        self.nodes += size
        if self.nodes > MOST_NODES:
            raise self.fail("too_many_values", f"The document has more than {MOST_NODES} values.", mark)

    def _require_place(self, mark: Mark) -> None:
        top = self.stack[-1] if self.stack else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            raise self.fail("key", "A key must be a plain text.", mark)

    def _note(self, mark: Mark) -> None:
        if self.places is not None:
            self.places.setdefault(pointer(self.path()), (mark.line + 1, mark.column + 1))

    def _attach(self, value: Any, anchor: str | None, size: int, deep: int, mark: Mark) -> None:  # noqa: ANN401 - JSON
        self._require_place(mark)
        if anchor:
            self.anchors[anchor] = (value, size, deep)
        top = self.stack[-1] if self.stack else None
        if top is None:
            self.root = value
            return
        top.size += size
        top.deep = max(top.deep, deep + 1)
        if isinstance(top.value, dict):
            top.value[str(top.key)] = value
            top.key = None
        else:
            self._note(mark)
            top.value.append(value)


def read_yaml(text: str, places: dict[str, tuple[int, int]] | None = None) -> Any:  # noqa: ANN401 - JSON of any shape
    """The document that a text holds.

    Args:
        text: YAML, or JSON, which is nearly all YAML.
        places: is filled with line and column (from 1) of each value, by its pointer.

    Raises:
        TreeError: no YAML, several documents, or something that JSON has no word for.
    """
    builder = _Builder(places)
    documents = 0
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise builder.fail("several_documents", "One document a file.", event.start_mark)
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = {"line": mark.line + 1, "column": mark.column + 1} if mark else {}
        raise TreeError(
            Fault(place="", rule="yaml", detail=f"This is no YAML: {error.problem or error}.", **where)
        ) from None
    except yaml.YAMLError as error:
        raise TreeError(Fault(place="", rule="yaml", detail=f"This is no YAML: {error}.")) from None
    return builder.root


def _scalar(event: yaml.ScalarEvent) -> Any:  # noqa: ANN401 - JSON of any shape
    value = event.value
    if event.tag in _TAGS or not event.implicit[0]:
        return value
    if value in _WORDS:
        return _WORDS[value]
    if _INT.fullmatch(value):
        return int(value)
    if _FLOAT.fullmatch(value):
        return float(value)
    return value
