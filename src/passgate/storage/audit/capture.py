"""What a unit of work changes, noted while it is written; no service has to think of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import JSON, CursorResult, String, Table, inspect
from sqlalchemy.orm import ORMExecuteState, PassiveFlag, Session, UOWTransaction
from sqlalchemy.orm.attributes import get_history
from sqlalchemy.orm.util import identity_key

from passgate.storage.base import Base
from passgate.storage.columns import SealedText

NOTED_APART = "passgate_noted_apart"
"""Execution option of a statement whose service tells of it better, row by row."""
_PENDING = "passgate_audit"
_SECRET = re.compile(r"password|secret|hash|private|sealed")
_HIDDEN = "(hidden)"
_LONGEST = 4_000
_NAMES = ("name", "email")

Values = dict[str, Any]
Done = Literal["created", "changed", "deleted"]


@dataclass(slots=True)
class Act:
    """Something to be told in the audit log."""

    act: str
    target_kind: str = ""
    target_id: str = ""
    target_name: str = ""
    team_id: str | None = None
    before: Values | None = None
    after: Values | None = None
    refused_for: str = ""
    """The code of the rule that refused; empty where it was done."""


@dataclass(slots=True)
class Pending:
    """The acts of a unit of work so far; several changes of one row are one act."""

    acts: list[Act] = field(default_factory=list)
    by_row: dict[tuple[str, str], Act] = field(default_factory=dict)

    def change(self, row: Base, done: Done, before: Values | None, after: Values | None) -> None:
        """Note a change of a row, together with what was noted of it before."""
        kind, target = kind_of(type(row)), _identity_of(row)
        known = self.by_row.get((kind, target))
        if known is not None and done == "changed" and known.after is not None:
            known.after |= after or {}
            if known.before is not None:
                known.before = (before or {}) | known.before
            return
        act = Act(f"{kind}.{done}", kind, target, _name_of(row), _team_of(row), before, after)
        self.by_row[kind, target] = act
        self.acts.append(act)


def pending_of(session: Session) -> Pending:
    """What is to be told of this session's unit of work."""
    pending: Pending = session.info.setdefault(_PENDING, Pending())
    return pending


def note_changes(session: Session, _context: UOWTransaction) -> None:
    """Note what this flush wrote; for SQLAlchemy's event ``after_flush``."""
    pending = pending_of(session)
    for row in session.new:
        if isinstance(row, Base) and row.is_audited():
            pending.change(row, "created", None, _present(row))
    for row in session.dirty:
        if isinstance(row, Base) and row.is_audited():
            before, after = _differences(row)
            if after:
                pending.change(row, "changed", before, after)
    for row in session.deleted:
        if isinstance(row, Base) and row.is_audited():
            pending.change(row, "deleted", _present(row), None)


def note_bulk_change(state: ORMExecuteState) -> Any:  # noqa: ANN401 - whatever the statement gives
    """Note an UPDATE or DELETE over many rows; for SQLAlchemy's event ``do_orm_execute``.

    A plain INSERT of many is not noted: what is written so is a record of its own (calls, issued tokens).
    """
    mapper = state.bind_mapper
    if mapper is None or not (state.is_update or state.is_delete) or not mapper.class_.audited:
        return None
    if state.execution_options.get(NOTED_APART):
        return None
    result: Any = state.invoke_statement()
    if isinstance(result, CursorResult) and not result.returns_rows:
        rows = result.rowcount
    else:  # with RETURNING the database need not count; asked for by the session itself, it gives no rows here
        counted = result.rowcount if isinstance(result, CursorResult) else 0
        frozen = result.freeze()
        rows, result = max(len(frozen().all()), counted), frozen()
    if rows == 0:
        return result
    table = mapper.local_table
    given = state.statement.compile().params  # type: ignore[attr-defined]  # an UPDATE or DELETE compiles
    hidden = _hidden_columns(table) if isinstance(table, Table) else frozenset[str]()
    columns = set(mapper.columns.keys())
    values = {name: _plain(value) for name, value in given.items() if name in columns and name not in hidden}
    if state.is_update and values and all(_is_use(mapper.class_, name) for name in values):
        return result
    where = {
        name: _plain(value)
        for name, value in given.items()
        if name not in columns and not _SECRET.search(name) and value is not None
    }
    done = "changed" if state.is_update else "deleted"
    changed: type[Base] = mapper.class_
    kind = kind_of(changed)
    act = Act(f"{kind}.{done}", kind, before={"where": where}, after={"rows": rows, **values})
    pending_of(state.session).acts.append(act)
    return result


@lru_cache(maxsize=512)
def kind_of(table_class: type[Base]) -> str:
    """What the audit log calls a row of the table: ``browser_session`` for ``BrowserSession``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", table_class.__name__).lower()


@lru_cache(maxsize=512)
def _hidden_columns(table: Table) -> frozenset[str]:
    return frozenset(
        column.key
        for column in table.columns
        # A switch or a moment whose name speaks of a secret is none.
        if isinstance(column.type, SealedText)
        or (_SECRET.search(column.key) and isinstance(column.type, String | JSON))
    )


def _is_use(table_class: type[Base], name: str) -> bool:
    """Whether a column tells of use (``last_used_at``) rather than of a decision."""
    return name.startswith("last_") or name in table_class.unaudited_columns


def _present(row: Base) -> Values:
    hidden = _hidden_columns(_table_of(row))
    loaded = inspect(row).dict
    return {
        name: _plain(loaded[name])
        for name in inspect(type(row)).columns.keys()  # noqa: SIM118 - a collection of its own kind, no dict
        if name in loaded and name not in hidden and not _is_use(type(row), name)
    }


def _differences(row: Base) -> tuple[Values, Values]:
    before, after = Values(), Values()
    hidden = _hidden_columns(_table_of(row))
    for name in inspect(type(row)).columns.keys():  # noqa: SIM118 - a collection of its own kind, no dict
        history = get_history(row, name, PassiveFlag.PASSIVE_NO_INITIALIZE)
        if not history.has_changes() or _is_use(type(row), name):
            continue
        if name in hidden:
            before[name] = after[name] = _HIDDEN
            continue
        before[name] = _plain(history.deleted[0]) if history.deleted else None
        after[name] = _plain(history.added[0]) if history.added else None
    return before, after


def _table_of(row: Base) -> Table:
    table = inspect(type(row)).local_table
    if not isinstance(table, Table):  # pragma: no cover - ours are all tables
        raise TypeError(f"{type(row).__name__} is no table")
    return table


def _identity_of(row: Base) -> str:
    hidden = _hidden_columns(_table_of(row))
    keys = [column.key for column in _table_of(row).primary_key.columns if column.key not in hidden]
    return "/".join(str(inspect(row).dict.get(key, "")) for key in keys)[:200]


def _name_of(row: Base) -> str:
    loaded: Mapping[str, Any] = inspect(row).dict
    own = next((str(loaded[name]) for name in _NAMES if loaded.get(name)), "") or row.audit_name()
    whole = _whole_of(row)
    return ": ".join(part for part in (_name_of(whole) if whole is not None else "", own) if part)[:254]


def _whole_of(row: Base) -> Base | None:
    """What the row is a part of, where the unit of work has it at hand: nothing is read within a flush."""
    session = inspect(row).session
    if not row.audited_under or session is None:
        return None
    wanted = inspect(row).dict.get(row.audited_under)
    (key,) = _table_of(row).columns[row.audited_under].foreign_keys
    classes = (one.class_ for one in type(row).registry.mappers if one.local_table is key.column.table)
    return next((session.identity_map.get(identity_key(one, wanted)) for one in classes), None)


def _team_of(row: Base) -> str | None:
    loaded: Mapping[str, Any] = inspect(row).dict
    team = loaded.get("id") if _table_of(row).name == "teams" else loaded.get("team_id")
    return str(team) if team else None


def _plain(value: Any) -> Any:  # noqa: ANN401 - any column's value, as JSON has it
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
