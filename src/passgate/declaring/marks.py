"""Marks: which thing was declared by which set of documents."""

from sqlalchemy import select

from passgate.declaring.models import DeclaredObject
from passgate.kernel.actor import Actor
from passgate.storage.work import Work


def mark(actor: Actor, work: Work, kind: str, object_id: str, set_name: str) -> str | None:
    """Note that the set declares the thing; the set that did before, where that is another one."""
    row = work.session.get(DeclaredObject, (kind, object_id))
    if row is not None and row.set_name == set_name:
        return None
    before = row.set_name if row is not None else None
    if row is None:
        row = DeclaredObject(kind=kind, object_id=object_id)
        work.session.add(row)
    row.set_name, row.declared_at, row.declared_by = set_name, work.clock.now(), actor.id
    work.session.flush()
    return before


def marked(work: Work, kind: str, set_name: str) -> list[str]:
    """The things of that kind that the set declares, in a fixed order."""
    query = select(DeclaredObject.object_id).where(DeclaredObject.kind == kind, DeclaredObject.set_name == set_name)
    return list(work.session.scalars(query.order_by(DeclaredObject.object_id)))


def unmark(work: Work, kind: str, object_id: str) -> None:
    """Forget the mark of what is gone."""
    row = work.session.get(DeclaredObject, (kind, object_id))
    if row is not None:
        work.session.delete(row)
        work.session.flush()
