"""Whether calls were refused for a certain reason of late; asked by the process that looks for new keys of issuers."""

from datetime import datetime

from sqlalchemy import select

from passgate.metering.models import Call
from passgate.storage.work import Work


def refused_since(work: Work, code: str, since: datetime) -> bool:
    """Whether a call that began after that moment was refused with that code."""
    found = select(Call.id).where(Call.started_at >= since, Call.code == code)
    return work.session.scalar(found.limit(1)) is not None
