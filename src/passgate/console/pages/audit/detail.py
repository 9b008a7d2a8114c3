"""One entry of the audit log, in full."""

import json

from passgate.console.components.badge import badge
from passgate.console.components.copyable import identifier
from passgate.console.components.dialog import drawer
from passgate.console.components.facts import Value, facts
from passgate.console.components.moment import Moment
from passgate.console.components.table import Column, Table
from passgate.console.components.text import Words, box
from passgate.storage.audit.models import AuditEntry

_COLUMNS = (Column("field", "Field", "code"), Column("before", "Before", "code"), Column("after", "After", "code"))


def open_entry(entry: AuditEntry) -> None:
    """Open an entry's detail."""
    with drawer(entry.act, f"Entry {entry.seq} of the audit log"):
        _section("Act", _act_facts(entry))
        _section("Who", _actor_facts(entry))
        rows = _changes(entry)
        if rows:
            with box("pg-stack-s"):
                Words("Before and after", "h3")
                Table(_COLUMNS, rows, label="Before and after", dense=True)
        _section("Chain", [("Hash", lambda: identifier(entry.hash))])


def _section(title: str, pairs: list[tuple[str, Value]]) -> None:
    with box("pg-stack-s"):
        Words(title, "h3")
        facts([(name, value) for name, value in pairs if value != ""])


def _act_facts(entry: AuditEntry) -> list[tuple[str, Value]]:
    done = entry.result == "done"
    return [
        ("Result", lambda: badge("Done" if done else "Refused", "good" if done else "bad", dot=True)),
        ("Rule", entry.reason),
        ("Time", lambda: Moment(entry.at, "clock")),
        ("On", entry.target_name),
        ("Its id", (lambda: identifier(entry.target_id)) if entry.target_id else ""),
        ("Team", (lambda: identifier(entry.team_id or "")) if entry.team_id else ""),
    ]


def _actor_facts(entry: AuditEntry) -> list[tuple[str, Value]]:
    return [
        ("Name", entry.actor_name),
        ("Kind", entry.actor_kind),
        ("Id", lambda: identifier(entry.actor_id)),
        ("By", (lambda: identifier(entry.via)) if entry.via else ""),
        ("Address", entry.ip),
        ("Request id", (lambda: identifier(entry.request_id)) if entry.request_id else ""),
    ]


def _changes(entry: AuditEntry) -> list[dict[str, str]]:
    before = json.loads(entry.before) if entry.before else {}
    after = json.loads(entry.after) if entry.after else {}
    return [
        {"id": name, "field": name, "before": _text(before, name), "after": _text(after, name)}
        for name in sorted({*before, *after})
    ]


def _text(values: dict[str, object], name: str) -> str:
    if name not in values:
        return ""
    value = values[name]
    return value if isinstance(value, str) else json.dumps(value)
