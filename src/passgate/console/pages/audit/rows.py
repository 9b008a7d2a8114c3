"""Entries of the audit log, as the list shows them."""

from passgate.console.components.table import Column, Row, tag
from passgate.storage.audit.models import AuditEntry

COLUMNS = (
    Column("at", "When", "relative"),
    Column("act", "Act", "code"),
    Column("actor", "Who", "main"),
    Column("target", "On what"),
    Column("ip", "From"),
    Column("result", "Result", "badge"),
)


def entry_row(entry: AuditEntry) -> Row:
    """One entry."""
    return {
        "id": str(entry.seq),
        "at": entry.at.isoformat(),
        "act": entry.act,
        "actor": entry.actor_name or entry.actor_id,
        "target": entry.target_name or entry.target_id or entry.target_kind,
        "ip": entry.ip,
        "result": result_tag(entry),
    }


def result_tag(entry: AuditEntry) -> dict[str, object]:
    """Whether it was done."""
    if entry.result == "done":
        return tag("Done", "good", dot=True)
    return tag("Refused", "bad", dot=True, title=entry.reason)
