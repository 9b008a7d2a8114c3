"""Noting in the registry when tokens were last used."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, Table, bindparam, or_, update

from passgate.identity.models import Token

_TOKENS: Table = Token.__table__  # type: ignore[assignment]  # declared wider than the Table that it is

LAST_USE_EXACT_TO = timedelta(minutes=1)


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
