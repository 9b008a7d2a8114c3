"""Fields of a list of things: a row each, added and taken away."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nicegui.element import Element
from nicegui.elements.mixins.value_element import ValueElement

from passgate.console.components.button import button, icon_button
from passgate.console.components.form import Form
from passgate.console.components.text import box

Fields = Mapping[str, ValueElement[Any]]


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One thing's fields."""

    given: Any
    """What it was when the form was opened; None: it is new."""
    fields: Fields
    place: Element

    def text(self, name: str) -> str:
        """What a field holds, without the blanks around it."""
        return str(self.fields[name].value or "").strip()


class FieldRows:
    """The rows, in a form that tells problems such as ``endpoints.1.port`` at their fields."""

    def __init__(self, form: Form, name: str, noun: str, fields: Callable[[Any], Fields], given: Iterable[Any]) -> None:
        self._form = form
        self._name = name
        self._noun = noun
        self._fields = fields
        self._rows: list[FieldRow] = []
        self._place = box("pg-stack-s")
        button(f"Add {noun}", self._add_one, icon="plus").classes("self-start")
        for one in given:
            self._add(one)

    def rows(self) -> Iterator[FieldRow]:
        """The rows that are there now; the form knows their fields by their present places."""
        for at, row in enumerate(self._rows):
            for name, field in row.fields.items():
                self._form.add(f"{self._name}.{at}.{name}", field)
            yield row

    def _add_one(self) -> None:
        """A new row; it takes the focus, so that what is typed next does not go to a row that was there before."""
        row = self._add(None)
        next(iter(row.fields.values())).run_method("focus")

    def _add(self, given: Any) -> FieldRow:  # noqa: ANN401 - whatever the rows are of
        with self._place, box("pg-field-row") as place:
            row = FieldRow(given, self._fields(given), place)
            icon_button("trash", f"Remove this {self._noun}", lambda: self._remove(row))
        self._rows.append(row)
        return row

    def _remove(self, row: FieldRow) -> None:
        self._rows.remove(row)
        row.place.delete()
