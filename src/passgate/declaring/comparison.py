"""What differs between two documents, field by field."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from passgate.declaring.documents import Document

_LONGEST = 300


class FieldChange(BaseModel):
    """A field that is to change."""

    field: str
    """Dotted; a part of a list by its name."""
    before: Any
    after: Any


def differences(before: Document | None, after: Document) -> list[FieldChange]:
    """Every field that differs; of a new thing, every field that is said. Secrets show as stars."""
    was = before.model_dump(mode="json") if before is not None else None
    will = after.model_dump(mode="json", exclude_defaults=before is None)
    if was is None:
        said = {name: value for name, value in will.items() if value not in (None, [], {})}
        return [_change(name, None, value) for name, value in said.items() if name not in {"kind", "name", "team"}]
    return [_change(path, one, other) for path, one, other in _walk("", was, will)]


def _walk(path: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:  # noqa: ANN401 - JSON of any shape
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys([*before, *after]):
            yield from _walk(f"{path}.{name}" if path else str(name), before.get(name), after.get(name))
    elif _is_named(before) and _is_named(after):
        yield from _walk(path, _by_name(before), _by_name(after))
    else:
        yield path, before, after


def _is_named(value: Any) -> bool:  # noqa: ANN401 - JSON of any shape
    if not isinstance(value, Sequence) or isinstance(value, str):
        return False
    names = [_name(one) for one in value]
    return bool(names) and None not in names and len(set(names)) == len(names)


def _by_name(value: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {str(_name(one)): one for one in value}


def _name(one: Any) -> str | None:  # noqa: ANN401 - JSON of any shape
    if not isinstance(one, Mapping):
        return None
    found = one.get("name") or one.get("id") or one.get("label")
    return found if isinstance(found, str) else None


def _change(path: str, before: Any, after: Any) -> FieldChange:  # noqa: ANN401 - JSON of any shape
    return FieldChange(field=path, before=_shortened(before), after=_shortened(after))


def _shortened(value: Any) -> Any:  # noqa: ANN401 - JSON of any shape
    return value[:_LONGEST] + "…" if isinstance(value, str) and len(value) > _LONGEST else value
