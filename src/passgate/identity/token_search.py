"""Looking tokens up, fast at a million of them; private to this domain.

A list is in the order of the tokens' ids. Where one index leads in that order to all that is wanted, it is walked.
Where not (a status, a part of a name), the newest tokens are looked at first, which fill most pages; only then are the
few that fit gathered by the condition's own index.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, case, func, or_, select, tuple_, union
from sqlalchemy.orm import contains_eager, selectinload

from passgate.identity.models import Token, TokenSum
from passgate.identity.schemas import TokenStatus
from passgate.identity.token_names import names_with
from passgate.identity.token_schemas import TokenFilter
from passgate.identity.token_tables import folded
from passgate.kernel.clock import epoch_seconds, from_epoch
from passgate.kernel.errors import InvalidInputError
from passgate.kernel.pagination import Page, PageRequest
from passgate.storage.work import Work

FIRST_LOOK = 1_000
"""The newest tokens, which are looked at before an index is asked; of a reader's teams together, in even parts."""
FEW = 20_000
"""So many that fit can be sorted at once; where there are more, a walk meets them soon."""
_MOST_COUNTED = 1_000
_MOST_GATHERED = 5_000
"""Tokens of the names that fit, which are then looked at one by one."""
_CHILDREN = 200
_LATEST = 253_402_300_800
"""The end of the year 9999."""

Condition = ColumnElement[bool]
Teams = frozenset[str] | None


def find_tokens(work: Work, wanted: TokenFilter, teams: Teams, reader: str, page: PageRequest) -> Page[Token]:
    """A page of the tokens that fit, of those teams (None: all) or the reader's own."""
    if wanted.expiring_before is not None:
        return _soonest_first(work, wanted, teams, reader, page)
    if wanted.order == "cost":
        return _costliest_first(work, wanted, teams, reader, page)
    needles = _needles(work, wanted)
    owned = _owned(wanted)
    before = [] if page.after is None else [Token.jti < page.after]
    limit = page.bounded + 1
    looked_at = FIRST_LOOK if needles else limit
    if owned:
        newest = Token.jti.in_(_walked([*owned, *before, *_readable(teams, reader)], looked_at))
    else:
        newest = Token.jti.in_(_newest(before, teams, reader, looked_at, limit))
    near = _walk(work, [newest, *(_by_row(needle.condition) for needle in needles)], limit)
    if not needles or len(near) == limit:
        return _page(near, page.bounded)
    found = [needle.found() for needle in needles]
    return _page(_walk(work, [*owned, *before, *_readable(teams, reader), *found], limit), page.bounded)


def count_tokens(work: Work, wanted: TokenFilter, teams: Teams, reader: str) -> int:
    """How many live tokens expire before the filter's moment; 1,000 at most are counted."""
    conditions = [*_expiring(work, wanted), *_owned(wanted), *_readable(teams, reader)]
    found = select(Token.jti).where(*conditions).limit(_MOST_COUNTED)
    return work.session.scalar(select(func.count()).select_from(found.subquery())) or 0


def children_of(work: Work, jti: str) -> Sequence[Token]:
    """The tokens that were narrowed from one, newest first."""
    query = select(Token).where(Token.parent_jti == jti).order_by(Token.jti.desc()).limit(_CHILDREN)
    return work.session.scalars(query.options(selectinload(Token.sums))).all()


class _Needle:
    """A condition that no ordered index serves, and the same by its own index, asked only at need."""

    def __init__(self, condition: Condition, leading: Callable[[], Condition | None]) -> None:
        self.condition = condition
        self._leading = leading

    def found(self) -> Condition:
        """The condition in the form that leads to its tokens; where they are many, the plain one."""
        leading = self._leading()
        return self.condition if leading is None else leading


def _walk(work: Work, conditions: Sequence[Condition], limit: int) -> Sequence[Token]:
    query = select(Token).where(*conditions).order_by(Token.jti.desc()).limit(limit).options(selectinload(Token.sums))
    return work.session.scalars(query).all()


def _by_row(condition: Condition) -> Condition:
    """A condition that no index is asked for: where few rows are looked at, the database shall start from those."""
    return case((condition, 1), else_=0) == 1


def _page(rows: Sequence[Token], size: int) -> Page[Token]:
    return Page(rows[:size], rows[size - 1].jti if len(rows) > size else None)


def _newest(
    before: Sequence[Condition], teams: Teams, reader: str, looked_at: int, page: int
) -> Select[str] | CompoundSelect[str]:
    """The ids of the newest tokens that the reader may see: one walk a team, each by its index, never under a page."""
    if teams is None:
        return _walked(before, looked_at)
    readers = [Token.team_id == team for team in sorted(teams)] + [Token.user_id == reader]
    share = max(page, looked_at // len(readers))
    walks = [_walked([*before, one], share).subquery() for one in readers]
    return union(*(select(walk.c.jti) for walk in walks))


def _walked(conditions: Sequence[Condition], limit: int) -> Select[str]:
    return select(Token.jti).where(*conditions).order_by(Token.jti.desc()).limit(limit)


def _readable(teams: Teams, reader: str) -> list[Condition]:
    """Who may see a token; hidden in functions, so that no database takes these for the index to go by."""
    if teams is None:
        return []
    return [or_(func.coalesce(Token.team_id, "").in_(teams), func.coalesce(Token.user_id, "") == reader)]


def _owned(wanted: TokenFilter) -> list[Condition]:
    """What an index in the order of ids serves: whose the tokens are."""
    conditions: list[Condition] = []
    for name in ("kind", "application_id", "team_id", "issued_by", "parent_jti", "subject"):
        value = getattr(wanted, name)
        if value is not None:
            conditions.append(getattr(Token, name) == value)
    if wanted.user_id is not None:
        conditions.append(or_(Token.user_id == wanted.user_id, Token.issued_by == wanted.user_id))
    return conditions


def _needles(work: Work, wanted: TokenFilter) -> list[_Needle]:
    needles: list[_Needle] = []
    now = work.clock.now()
    if wanted.status is not None:
        condition = has_status(wanted.status, now)
        needles.append(_Needle(condition, partial(_with_status, work, wanted.status, condition)))
    if wanted.search:
        text = wanted.search.strip()
        if text.startswith("tok_"):
            needles.append(_Needle(Token.jti == text, lambda: Token.jti == text))
        else:
            condition = Token.name_folded.contains(folded(text), autoescape=True)
            needles.append(_Needle(condition, partial(_with_name, work, text)))
    return needles


def _with_status(work: Work, status: TokenStatus, condition: Condition) -> Condition | None:
    few = status != "revoked" and _are_few(work, condition)
    return Token.jti.in_(select(Token.jti).where(condition)) if few else None


def _with_name(work: Work, text: str) -> Condition | None:
    names = names_with(work, folded(text))
    if names is None:
        return None
    # By themselves first: else PostgreSQL may walk all tokens in the order of the list, and compare names.
    gathered = work.session.scalars(
        select(Token.jti).where(Token.name_folded.in_(names)).limit(_MOST_GATHERED + 1)
    ).all()
    return Token.jti.in_(gathered) if len(gathered) <= _MOST_GATHERED else None


def has_status(status: TokenStatus, now: datetime) -> Condition:
    """Whether a token has that status now."""
    if status == "revoked":
        return Token.revoked_at.is_not(None)
    alive = Token.expires_at > now if status == "active" else Token.expires_at <= now
    return and_(alive, Token.revoked_at.is_(None))


def _are_few(work: Work, condition: Condition) -> bool:
    some = select(Token.jti).where(condition).limit(FEW + 1).subquery()
    return (work.session.scalar(select(func.count()).select_from(some)) or 0) <= FEW


def _expiring(work: Work, wanted: TokenFilter) -> list[Condition]:
    now = work.clock.now()
    return [Token.revoked_at.is_(None), Token.expires_at > now, Token.expires_at < (wanted.expiring_before or now)]


def _soonest_first(work: Work, wanted: TokenFilter, teams: Teams, reader: str, page: PageRequest) -> Page[Token]:
    conditions = [*_expiring(work, wanted), *_owned(wanted), *_readable(teams, reader)]
    conditions += [needle.condition for needle in _needles(work, wanted)]
    if page.after is not None:
        conditions.append(tuple_(Token.expires_at, Token.jti) > _place(page.after))
    query = select(Token).where(*conditions).order_by(Token.expires_at, Token.jti).limit(page.bounded + 1)
    rows = work.session.scalars(query.options(selectinload(Token.sums))).all()
    items = rows[: page.bounded]
    more = len(rows) > page.bounded
    return Page(items, f"{epoch_seconds(items[-1].expires_at)}.{items[-1].jti}" if more else None)


def _costliest_first(work: Work, wanted: TokenFilter, teams: Teams, reader: str, page: PageRequest) -> Page[Token]:
    conditions = [TokenSum.cost > 0, *_owned(wanted), *_readable(teams, reader)]
    conditions += [needle.condition for needle in _needles(work, wanted)]
    if page.after is not None:
        conditions.append(tuple_(TokenSum.cost, TokenSum.jti) < _figure(page.after))
    query = (
        select(Token)
        .join(TokenSum, TokenSum.jti == Token.jti)
        .options(contains_eager(Token.sums))
        .where(*conditions)
        .order_by(TokenSum.cost.desc(), TokenSum.jti.desc())
        .limit(page.bounded + 1)
    )
    rows = work.session.scalars(query).all()
    items = rows[: page.bounded]
    return Page(items, f"{items[-1].cost}.{items[-1].jti}" if len(rows) > page.bounded else None)


def _place(cursor: str) -> tuple[datetime, str]:
    seconds, jti = _figure(cursor)
    if seconds >= _LATEST:
        raise _foreign_cursor()
    return from_epoch(seconds), jti


def _figure(cursor: str) -> tuple[int, str]:
    figure, _, jti = cursor.partition(".")
    if not figure.isdecimal() or len(figure) > 18 or not jti:  # noqa: PLR2004 - what a database's integer holds
        raise _foreign_cursor()
    return int(figure), jti


def _foreign_cursor() -> InvalidInputError:
    return InvalidInputError("The cursor is not of this list.", code="cursor_invalid", field="after")
