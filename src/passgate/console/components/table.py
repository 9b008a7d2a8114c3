"""Tables: pages name columns and give rows; how a cell looks is its column's kind."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from passgate.console.components.badge import Tone

CellKind = Literal[
    "main", "text", "code", "id", "badge", "badges", "number", "relative", "clock", "date", "actions", "bar", "bars"
]
Row = Mapping[str, Any]
"""Its ``id``, a value a column, and perhaps ``href`` (where it leads) and ``sub`` (a second line of the main cell)."""
RowHandler = Callable[[str], Awaitable[object] | None]
ActHandler = Callable[[str, str], Awaitable[object] | None]
DropHandler = Callable[[str, str, str], Awaitable[object] | None]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the rows' key, its heading, how its cells look."""

    name: str
    label: str
    kind: CellKind = "text"
    wraps: bool = False
    """Whether a long text takes several lines; otherwise its end is left out."""


def tag(text: str, tone: Tone = "plain", *, dot: bool = False, title: str = "") -> dict[str, Any]:
    """A cell of the kind badge."""
    return {"text": text, "tone": tone, "dot": dot, "title": title}


def bar(text: str, share: float, tone: Tone = "plain") -> dict[str, Any]:
    """A cell of the kind bar, or one of bars: how much of something is used; a share above 1 fills it."""
    return {"text": text, "tone": tone, "percent": round(100 * min(max(share, 0.0), 1.0))}


def unfilled(text: str) -> dict[str, Any]:
    """A cell of the kind bar, or one of bars, of which nobody can say how much is used."""
    return {"text": text, "tone": "plain", "percent": None}


def act(name: str, label: str, *, of: str = "", tone: Tone = "plain") -> dict[str, str]:
    """A button of a cell of the kind actions; ``of`` is what a screen reader hears it is about."""
    return {"name": name, "label": label, "of": of, "tone": tone}


class Table(Element, component="table.js"):
    """A table.

    Args:
        columns: from left to right.
        rows: from top to bottom.
        label: what the table holds, for those who do not see it.
        on_open: called with a row's id when it is chosen; rows with ``href`` lead there instead.
        on_act: called with a row's id and an action's name.
        on_drop: called when a row is dragged to another: the ids of both, and whether it was let go ``before`` the
            other, ``behind`` it, or ``onto`` it. Rows cannot be dragged without.
        dense: lower rows, for long lists.
    """

    def __init__(  # noqa: PLR0913 - each argument is one visible part of it
        self,
        columns: Sequence[Column],
        rows: Sequence[Row],
        *,
        label: str,
        on_open: RowHandler | None = None,
        on_act: ActHandler | None = None,
        on_drop: DropHandler | None = None,
        dense: bool = False,
    ) -> None:
        super().__init__()
        self._props["columns"] = [asdict(column) for column in columns]
        self._props["rows"] = list(rows)
        self._props["label"] = label
        self._props["dense"] = dense
        self._props["opening"] = on_open is not None
        self._props["dragging"] = on_drop is not None

        def opened(event: GenericEventArguments) -> Awaitable[object] | None:
            return on_open(str(event.args)) if on_open else None

        def acted(event: GenericEventArguments) -> Awaitable[object] | None:
            return on_act(str(event.args["id"]), str(event.args["name"])) if on_act else None

        def dropped(event: GenericEventArguments) -> Awaitable[object] | None:
            told = event.args
            return on_drop(str(told["id"]), str(told["target"]), str(told["place"])) if on_drop else None

        self.on("open", opened)
        self.on("dropped", dropped)
        self.on("act", acted)

    def show(self, rows: Sequence[Row]) -> None:
        """Show other rows."""
        self._props["rows"] = list(rows)
