"""The names of tokens, once each, and the letters in them: a part of a rare name is found among millions.

Every three letters that follow each other (a gram) lead to the names that hold them. Both databases have something of
the kind, but neither has it everywhere (PostgreSQL's is an extension), and most tokens share a name with thousands.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    String,
    Subquery,
    Table,
    Text,
    bindparam,
    delete,
    exists,
    func,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from passgate.identity.token_tables import Token
from passgate.storage.base import Base
from passgate.storage.columns import UtcDateTime
from passgate.storage.work import Work

GRAM = 3
END = "\n"
"""What no name holds: its end is filled up with it, so that one or two letters begin a gram too."""
MOST_NAMES = 2_000
"""Where more names fit, a walk through the newest tokens meets them soon."""
_MOST_OF_A_GRAM = 20_000
_FEW_ENOUGH = 200
_MOST_COUNTED = 12
"""Grams of a long text whose names are counted."""
_MOST_JOINED = 3
_MOST_LOOKED_AT = 5_000
"""Names that are compared with the whole text."""
_SEEN_EXACT_TO = timedelta(hours=12)
_KEPT = timedelta(days=1)
"""A name that no token has any more goes after this; longer than its last use may be untold, so that none goes that
somebody is just giving to a token."""

_SERIAL = BigInteger().with_variant(Integer, "sqlite")
_LETTERS = String(GRAM).with_variant(String(GRAM, collation="C"), "postgresql")


class TokenName(Base):
    """A name that tokens have."""

    __tablename__ = "token_names"
    audited: ClassVar[bool] = False

    id: Mapped[int] = mapped_column(_SERIAL, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    """Without capitals, as ``Token.name_folded``."""
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When a token got it last; exact to half a day."""


class TokenNameGram(Base):
    """Three letters of a name."""

    __tablename__ = "token_name_grams"
    __table_args__ = ({"sqlite_with_rowid": False},)
    audited: ClassVar[bool] = False

    gram: Mapped[str] = mapped_column(_LETTERS, primary_key=True)
    name_id: Mapped[int] = mapped_column(_SERIAL, primary_key=True, autoincrement=False)


_NAMES: Table = TokenName.__table__  # type: ignore[assignment]  # declared wider than the Table that it is
_GRAMS: Table = TokenNameGram.__table__  # type: ignore[assignment]  # as above

_SEEN = select(_NAMES.c.seen_at).where(_NAMES.c.name == bindparam("wanted"))


def grams(name: str) -> set[str]:
    """The grams of a folded name."""
    filled = name + END * (GRAM - 1)
    return {filled[at : at + GRAM] for at in range(len(name))}


def note_names(work: Work, names: Collection[str]) -> None:
    """Note the folded names of tokens that are being issued."""
    now, connection = work.clock.now(), work.session.connection()
    # One by one in their order, so that no two wait for each other in a circle.
    new = [name for name in sorted(set(names)) if not _is_known(connection, name, now)]
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    for name in new:
        added = insert(_NAMES).values(name=name, seen_at=now).on_conflict_do_nothing().returning(_NAMES.c.id)
        name_id = connection.scalar(added)
        if name_id is not None:  # nobody was faster
            rows = [{"gram": gram, "name_id": name_id} for gram in sorted(grams(name))]
            connection.execute(_GRAMS.insert(), rows)


def _is_known(connection: Connection, name: str, now: datetime) -> bool:
    seen_at = connection.scalar(_SEEN, {"wanted": name})
    if seen_at is not None and now - seen_at >= _SEEN_EXACT_TO:
        connection.execute(update(_NAMES).where(_NAMES.c.name == name).values(seen_at=now))
    return seen_at is not None


def names_with(work: Work, text: str) -> Sequence[str] | None:
    """The names that hold a folded text; None: too many to tell."""
    led = _leading(work, text)
    if not led:
        return None
    # Joined, the rarest grams leave next to nothing to look at; a subquery for each makes PostgreSQL read them whole.
    ids = select(led[0].c.name_id).where(*(gram.c.name_id == led[0].c.name_id for gram in led[1:]))
    found = work.session.scalars(ids.limit(_MOST_LOOKED_AT + 1)).all()
    if not found or len(found) > _MOST_LOOKED_AT:
        return None if found else []
    # No limit and no LIKE here: with them PostgreSQL may read all names rather than these by their ids.
    named = work.session.scalars(select(TokenName.name).where(TokenName.id.in_(found)))
    names = [name for name in named if text in name]
    return names if len(names) <= MOST_NAMES else None


def forget_names(work: Work, names: Collection[str]) -> None:
    """Forget those of some names that no token has any more."""
    unused = (
        _NAMES.c.name.in_(set(names)),
        _NAMES.c.seen_at < work.clock.now() - _KEPT,
        ~exists().where(Token.name_folded == _NAMES.c.name),
    )
    gone = work.session.connection().execute(delete(_NAMES).where(*unused).returning(_NAMES.c.id)).scalars().all()
    if gone:
        work.session.connection().execute(delete(_GRAMS).where(_GRAMS.c.name_id.in_(gone)))


def _leading(work: Work, text: str) -> Sequence[Subquery]:
    """The ids of the names of the few grams that fewest names hold; none where each leads to many."""
    if len(text) < GRAM:
        after = text[:-1] + chr(ord(text[-1]) + 1)
        beginning = TokenNameGram.gram.startswith(text, autoescape=True)
        conditions: list[ColumnElement[bool]] = [
            (TokenNameGram.gram >= text) & (TokenNameGram.gram < after) & beginning
        ]
    else:
        held = dict.fromkeys(text[at : at + GRAM] for at in range(len(text) - GRAM + 1))
        conditions = [TokenNameGram.gram == gram for gram in held]
    counted: list[tuple[int, int]] = []
    for place, condition in enumerate(conditions[:_MOST_COUNTED]):
        some = select(TokenNameGram.name_id).where(condition).limit(_MOST_OF_A_GRAM + 1).subquery()
        counted.append((work.session.scalar(select(func.count()).select_from(some)) or 0, place))
        if counted[-1][0] <= _FEW_ENOUGH:
            break
    rarest = sorted(one for one in counted if one[0] <= _MOST_OF_A_GRAM)
    if rarest and rarest[0][0] <= _FEW_ENOUGH:
        del rarest[1:]
    return [select(TokenNameGram.name_id).where(conditions[place]).subquery() for _, place in rarest[:_MOST_JOINED]]
