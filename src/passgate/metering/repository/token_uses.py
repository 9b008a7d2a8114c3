"""Noting in the registry when tokens were last used, how often, and what it cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, Table, bindparam, or_, update

from passgate.identity.models import Token, TokenSum
from passgate.metering.records import CallLine, UsageLine
from passgate.metering.repository.statements import add_all

_TOKENS: Table = Token.__table__  # type: ignore[assignment]  # declared wider than the Table that it is
_SUMS: Table = TokenSum.__table__  # type: ignore[assignment]  # as above

LAST_USE_EXACT_TO = timedelta(minutes=1)
_UNAUTHORIZED = 401
_OURS = "tok_"
_FOREIGN = "|"
"""In a subject, between a trusted issuer's id and who it is there."""


@dataclass(slots=True)
class TokenSums:
    """Calls and micro-dollars of one batch, by jti."""

    sums: dict[str, list[int]] = field(default_factory=dict)

    def count_calls(self, calls: Sequence[CallLine]) -> None:
        """Count calls that were let in, or refused for another reason than the token."""
        for call in calls:
            jti = own_jti(call)
            if jti is not None:
                self.sums.setdefault(jti, [0, 0])[0] += 1

    def count_usages(self, usages: Sequence[UsageLine]) -> None:
        """Add what AI calls cost."""
        for usage in usages:
            if usage.cost_micro_dollars:
                self.add_cost(usage.jti, usage.subject, usage.cost_micro_dollars)

    def add_cost(self, jti: str, subject: str, cost: int) -> None:
        """Add what a call cost, if its token is one of ours."""
        if jti.startswith(_OURS) and _FOREIGN not in subject:
            self.sums.setdefault(jti, [0, 0])[1] += cost


def own_jti(call: CallLine) -> str | None:
    """The token of ours that a call was made with, unless it was refused; other issuers' are in no registry here."""
    ours = call.jti is not None and call.issuer is None and call.status != _UNAUTHORIZED
    return call.jti if ours else None


def add_sums(connection: Connection, added: TokenSums) -> None:
    """Add a batch's sums to those of the tokens."""
    rows = [(jti, calls, cost) for jti, (calls, cost) in sorted(added.sums.items())]
    add_all(connection, _SUMS, ("jti",), ("calls", "cost"), rows)


def touch_tokens(connection: Connection, uses: Mapping[str, datetime]) -> None:
    """Note the last use of tokens, unless a use of less than a minute before is noted already."""
    statement = (
        update(_TOKENS)
        .where(
            _TOKENS.c.jti == bindparam("used_jti"),
            or_(_TOKENS.c.last_used_at.is_(None), _TOKENS.c.last_used_at <= bindparam("stale")),
        )
        .values(last_used_at=bindparam("used_at"))
    )
    parameters = [
        {"used_jti": jti, "used_at": moment, "stale": moment - LAST_USE_EXACT_TO}
        for jti, moment in sorted(uses.items())
    ]
    if parameters:
        connection.execute(statement, parameters)
