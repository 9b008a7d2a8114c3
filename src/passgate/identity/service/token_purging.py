"""Deleting from the registry what expired long ago."""

from datetime import datetime

from sqlalchemy import delete, select

from passgate.identity.models import Token, TokenSum
from passgate.identity.token_names import forget_names
from passgate.storage.work import Work


def purge_tokens(work: Work, before: datetime, batch: int = 2_000) -> int:
    """Delete tokens that expired before a moment, ``batch`` at most, and what was summed of them.

    The deny list is a table of its own, and its entries end with their tokens; a narrowed token never outlives the one
    that it was made of; so nothing that still holds is forgotten.

    For the node's own upkeep, so no actor is asked for. Call it, each time in a unit of work of its own, until it
    returns 0.

    Returns:
        How many were deleted.
    """
    expired = (
        select(Token.jti, Token.name_folded).where(Token.expires_at < before).order_by(Token.expires_at).limit(batch)
    )
    found = work.session.execute(expired).all()
    jtis = [jti for jti, _ in found]
    if jtis:
        work.session.execute(delete(TokenSum).where(TokenSum.jti.in_(jtis)))
        work.session.execute(delete(Token).where(Token.jti.in_(jtis)))
        forget_names(work, {name for _, name in found})
    return len(jtis)
