"""The fields of a form as a contract's fields ask for them: a choice, a switch, a number, lines, pairs."""

import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Union, get_args, get_origin

from nicegui import ui
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.text import Words, box
from passgate.kernel.errors import InvalidInputError

_WHOLE_ROW = "grid-column: 1 / -1"


@dataclass(frozen=True, slots=True)
class FieldWording:
    """How a contract's field is asked for."""

    label: str
    help_text: str = ""
    placeholder: str = ""
    options: Mapping[str, str] | None = None
    """What the choices are called; None: as the contract has them."""
    written: Callable[[Any], str] | None = None
    """A value as lines of text, where its type alone does not tell."""
    read: Callable[[str], Any] | None = None
    """The same lines as a value.

    Raises:
        ValueError: names the line and the rule.
    """


Wordings = Mapping[str, FieldWording]


def add_fields(
    form: Form, model: type[BaseModel], wordings: Wordings, given: BaseModel | None, prefix: str = ""
) -> None:
    """Make a field for each wording; what is given, or the contract's own default, stands in it."""
    with box("pg-grid-2"):
        for name, wording in wordings.items():
            value = getattr(given, name) if given is not None else _default(model, name)
            _add_field(form, prefix + name, wording, model.model_fields[name].annotation, value)


def values_of(form: Form, model: type[BaseModel], wordings: Wordings, prefix: str = "") -> dict[str, Any]:
    """What the fields hold, for the contract to judge; an empty one is left out where there is a default.

    Raises:
        InvalidInputError: lines that cannot be read; names the field.
    """
    found: dict[str, Any] = {}
    for name, wording in wordings.items():
        annotation, value = model.model_fields[name].annotation, form[prefix + name]
        try:
            found[name] = _read(annotation, wording, value)
        except ValueError as error:
            raise InvalidInputError(str(error), field=prefix + name) from None
        if not found[name] and _is_number(annotation):
            del found[name]  # what is typed is text: 0 is "0"
    return found


def pairs(text: str) -> dict[str, str]:
    """Lines such as ``name: value``.

    Raises:
        ValueError: a line without a colon, or a name that stands there twice.
    """
    found: dict[str, str] = {}
    for number, line in _numbered(text):
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise ValueError(f"Line {number}: write a name, a colon and a value.")
        if name.strip() in found:
            raise ValueError(f"Line {number}: {name.strip()} stands there twice.")
        found[name.strip()] = value.strip()
    return found


def _add_field(form: Form, name: str, wording: FieldWording, annotation: Any, value: Any) -> None:  # noqa: ANN401 - any field's
    if annotation is bool:
        with box("pg-field"):
            form.add(name, ui.switch(wording.label, value=bool(value)))
            Words(wording.help_text, "div", "pg-help")
    elif get_origin(annotation) is Literal:
        options = dict(wording.options or {str(one): str(one) for one in get_args(annotation)})
        form.add(name, choice_field(wording.label, options, value=value, help_text=wording.help_text))
    elif _is_many(annotation):
        text = wording.written(value) if wording.written else _lines_of(value)
        with box().style(_WHOLE_ROW):
            form.add(name, _text(wording, text, lines=3))
    else:
        form.add(name, _text(wording, "" if value is None else str(value), optional=_may_be_none(annotation)))


def _text(wording: FieldWording, value: str, *, lines: int = 1, optional: bool = False) -> ui.input | ui.textarea:
    return text_field(
        wording.label,
        value=value,
        help_text=wording.help_text,
        placeholder=wording.placeholder,
        lines=lines,
        optional=optional,
    )


def _read(annotation: Any, wording: FieldWording, value: Any) -> Any:  # noqa: ANN401 - any field's
    if not _is_many(annotation):
        return None if value == "" and _may_be_none(annotation) else value
    text = str(value or "")
    if wording.read is not None:
        return wording.read(text)
    if get_origin(annotation) is dict:
        return pairs(text)
    return [word for _, line in _numbered(text) for word in line.replace(",", " ").split()]


def _numbered(text: str) -> list[tuple[int, str]]:
    return [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]


def _lines_of(value: Any) -> str:  # noqa: ANN401 - any field's
    if isinstance(value, Mapping):
        return "\n".join(f"{name}: {text}" for name, text in value.items())
    return "\n".join(str(one) for one in value or ())


def _default(model: type[BaseModel], name: str) -> Any:  # noqa: ANN401 - any field's
    value = model.model_fields[name].get_default(call_default_factory=True)
    return None if value is PydanticUndefined else value


def _is_many(annotation: Any) -> bool:  # noqa: ANN401 - any field's
    return get_origin(annotation) in {tuple, dict}


def _may_be_none(annotation: Any) -> bool:  # noqa: ANN401 - any field's
    return get_origin(annotation) in {Union, types.UnionType} and type(None) in get_args(annotation)


def _is_number(annotation: Any) -> bool:  # noqa: ANN401 - any field's
    return annotation is int or int in get_args(annotation)
