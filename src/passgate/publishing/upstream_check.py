"""Whether an upstream answers, asked before a service is given to it."""

from time import monotonic

from pydantic import BaseModel

from passgate.kernel.actor import Actor
from passgate.kernel.fetching import Fetching, FetchRefusedError, FetchRequest
from passgate.kernel.given import Input
from passgate.kernel.permissions import Permission
from passgate.publishing.schemas import UpstreamUrl
from passgate.storage.work import Work

_SECONDS = 5.0
_SERVER_ERROR = 500


class UpstreamCheckIn(Input):
    """An upstream to ask."""

    team_id: str
    """For whose service; needs service:write there."""
    upstream_url: UpstreamUrl


class UpstreamCheck(BaseModel):
    """What came of it."""

    answers: bool
    """Whether it answered, with whatever status below 500: 404 and 401 are answers of a living upstream, too."""
    status: int | None
    """Null: no answer."""
    message: str
    latency_ms: int


def check_upstream(actor: Actor, _work: Work, given: UpstreamCheckIn) -> UpstreamCheck:
    """Ask the upstream once, by GET, for 5 seconds at most; from this machine, not from each node.

    Addresses of the own network are asked, too: a service could be given to them anyway by whoever may do this, and
    nothing but the status is told.

    Raises:
        NotFoundError: no such team, or none that the actor has a part in.
        ForbiddenError: without the permission service:write in the team.
    """
    actor.require(Permission.SERVICE_WRITE, given.team_id, what="team")
    request = FetchRequest(given.upstream_url, enough=lambda _kind, _body: True)
    begun = monotonic()
    status: int | None = None
    try:
        status = Fetching(private_addresses=True, seconds=_SECONDS).ask(request).status
        message = f"It answered with status {status}."
    except FetchRefusedError as refusal:
        message = refusal.message
    answers = status is not None and status < _SERVER_ERROR
    return UpstreamCheck(
        answers=answers, status=status, message=message, latency_ms=round((monotonic() - begun) * 1_000)
    )
