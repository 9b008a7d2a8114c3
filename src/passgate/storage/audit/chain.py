"""The chain: entries appended in the order of their commits, each built on the one before."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from passgate.kernel.clock import Clock
from passgate.kernel.origin import Origin
from passgate.kernel.sealing import UnsealError, Vault
from passgate.storage.audit.capture import Act, Values
from passgate.storage.audit.models import AuditChain, AuditEntry

_MOST_PROBLEMS = 20
_BATCH = 1_000
_FIELDS = tuple(column.key for column in AuditEntry.__table__.columns if column.key not in {"hash", "at"})

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verification:
    """What checking the log found.

    Attributes:
        entries: how many were checked.
        seq: the newest entry's number; kept elsewhere together with ``hash``, it shows later that nothing was cut off.
        hash: the newest entry's hash.
        problems: sentences; none where the log is whole.
    """

    entries: int
    seq: int
    hash: str
    problems: Sequence[str]

    @property
    def is_whole(self) -> bool:
        """Whether nothing was changed, deleted, moved or put in."""
        return not self.problems


@dataclass(slots=True)
class _Walk:
    """A check on its way through the log."""

    key: bytes
    seq: int
    last: str
    kept: tuple[int, str]
    count: int = 0
    problems: list[str] = field(default_factory=list)

    def check(self, entry: AuditEntry) -> None:
        """Check that the entry is the next, and built on the one before."""
        if entry.seq != self.seq + 1:
            self.problems.append(_missing(self.seq + 1, entry.seq - 1))
        elif not hmac.compare_digest(entry.hash, _entry_hash(self.key, self.last, _fields_of(entry))):
            self.problems.append(f"Entry {entry.seq} was changed, or another was put in its place.")
        if entry.seq == self.kept[0] and entry.hash != self.kept[1]:
            self.problems.append(f"Entry {entry.seq} is not the one whose hash was kept.")
        self.count, self.seq, self.last = self.count + 1, entry.seq, entry.hash


def append(session: Session, clock: Clock, vault: Vault, origin: Origin, acts: Sequence[Act]) -> None:
    """Add the acts; last in the transaction, since the chain's lock is held until the commit.

    On SQLite there is one writer anyway. On PostgreSQL the row's lock lets one transaction at a time append, so the
    chain cannot fork and the numbers have no gaps; what is issued by the thousand (tokens of machines) is not here.
    """
    chain = _locked(session, vault)
    key = _key_of(chain, vault)
    rows = []
    for act in acts:
        chain.seq += 1
        row = _row(act, origin, chain.seq, clock.now())
        row["hash"] = chain.hash = _entry_hash(key, chain.hash, row)
        rows.append(row)
    session.connection().execute(insert(AuditEntry), rows)
    chain.mac = _chain_mac(key, chain)
    session.flush()


def purge(session: Session, vault: Vault, before: datetime) -> int:
    """Delete the entries older than that; how many. The rest stays verifiable, and the log tells of the deletion."""
    newest = session.scalar(select(func.max(AuditEntry.seq)).where(AuditEntry.at < before))
    if newest is None:
        return 0
    chain = _locked(session, vault)
    if newest <= chain.purged_seq:
        return 0
    gone = newest - chain.purged_seq
    chain.purged_hash = session.scalars(select(AuditEntry.hash).where(AuditEntry.seq == newest)).one()
    chain.purged_seq = newest
    chain.mac = _chain_mac(_key_of(chain, vault), chain)
    session.flush()  # the triggers let go of what the chain says was purged
    session.execute(delete(AuditEntry).where(AuditEntry.seq <= newest))
    return gone


def verify(session: Session, vault: Vault, kept: tuple[int, str] | None = None) -> Verification:
    """Check the whole log, and that it still holds the entry whose number and hash were kept elsewhere."""
    chain = session.get_one(AuditChain, 1)
    if chain.sealed_key is None:
        stray = session.scalar(select(func.count()).select_from(AuditEntry)) or 0
        problems = [f"There are {stray} entries, but no chain."] if stray or kept else []
        return Verification(0, 0, "", problems)
    try:
        key = _key_of(chain, vault)
    except UnsealError as error:
        return Verification(0, chain.seq, chain.hash, [f"The log's key cannot be opened: {error.message}"])
    walk = _Walk(key, chain.purged_seq, chain.purged_hash, kept or (0, ""))
    if not hmac.compare_digest(chain.mac, _chain_mac(key, chain)):
        walk.problems.append("The record of the chain's end was changed.")
    for entry in _entries(session, chain.purged_seq, chain.seq):
        walk.check(entry)
    if walk.seq < chain.seq:
        walk.problems.append(_missing(walk.seq + 1, chain.seq))
    elif walk.last != chain.hash:
        walk.problems.append(f"Entry {walk.seq} is not the end that the chain has on record.")
    if walk.kept[0] > chain.seq:
        walk.problems.append(_missing(chain.seq + 1, walk.kept[0]))
    return Verification(walk.count, chain.seq, chain.hash, walk.problems[:_MOST_PROBLEMS])


def _locked(session: Session, vault: Vault) -> AuditChain:
    chain = session.get_one(AuditChain, 1, with_for_update=True, populate_existing=True)
    if chain.sealed_key is None:
        chain.sealed_key = vault.seal(secrets.token_hex(32))
    return chain


def _key_of(chain: AuditChain, vault: Vault) -> bytes:
    return bytes.fromhex(vault.open(chain.sealed_key or ""))


def _entries(session: Session, after: int, up_to: int) -> Iterator[AuditEntry]:
    query = select(AuditEntry).where(AuditEntry.seq > after, AuditEntry.seq <= up_to).order_by(AuditEntry.seq)
    for entry in session.scalars(query, execution_options={"yield_per": _BATCH}):
        yield entry
        session.expunge(entry)


def _row(act: Act, origin: Origin, seq: int, now: datetime) -> dict[str, Any]:
    actor = origin.actor
    kind = actor.kind.value if actor else ("nobody" if origin.is_outside else "system")
    return {
        "seq": seq,
        "at": now,
        "actor_kind": kind,
        "actor_id": actor.id if actor else kind,
        "actor_name": actor.name if actor else kind,
        "via": actor.via if actor else "",
        "ip": origin.ip[:64],
        "request_id": origin.request_id[:128],
        "act": act.act,
        "target_kind": act.target_kind,
        "target_id": act.target_id,
        "target_name": act.target_name,
        "team_id": act.team_id,
        "result": "refused" if act.refused_for else "done",
        "reason": act.refused_for,
        "before": _canonical(act.before),
        "after": _canonical(act.after),
    }


def _canonical(values: Values | None) -> str | None:
    if values is None:
        return None
    # PostgreSQL's text holds no NUL; as an escape in JSON it is six letters like any others.
    return json.dumps(values, sort_keys=True, separators=(",", ":"))


def _fields_of(entry: AuditEntry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in (*_FIELDS, "at")}


def _entry_hash(key: bytes, previous: str, fields: Fields) -> str:
    content = [previous, fields["at"].isoformat(timespec="microseconds"), *(fields[name] for name in _FIELDS)]
    return hmac.new(key, json.dumps(content).encode(), hashlib.sha256).hexdigest()


def _chain_mac(key: bytes, chain: AuditChain) -> str:
    content = ["end", chain.seq, chain.hash, chain.purged_seq, chain.purged_hash]
    return hmac.new(key, json.dumps(content).encode(), hashlib.sha256).hexdigest()


def _missing(first: int, last: int) -> str:
    if first >= last:
        return f"Entry {first} is missing."
    return f"Entries {first} to {last} are missing."
