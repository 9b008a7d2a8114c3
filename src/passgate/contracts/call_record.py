"""One line of Envoy's access log: a call through the gate."""

import msgspec

FACTS = (
    "request_id",
    "start",
    "status",
    "flags",
    "duration_ms",
    "upstream_ms",
    "bytes_in",
    "bytes_out",
    "attempts",
    "service_id",
    "jti",
    "application_id",
    "client_ip",
    "details",
)
"""Fields of :class:`CallRecord` that a line tells in one text, in this order, parted by blanks; ``-``: none.

Envoy writes a text of many values in a third of the time that as many members of an object take. None of these values
comes from a client or another issuer, so none can hold a blank, but for the last one, which Envoy words. Before its
words and a slash stands the first letter of what the answer says in ``x-passgate-cache``: that may be an upstream's
word, so it could be a blank, too. Lines of older nodes have Envoy's words alone.
"""

KEPT_ROUTE = "kept"
"""Kind of a service's route whose answers a worker keeps; on others, what an answer says of a cache is its upstream's
word."""


class AccessLine(msgspec.Struct, gc=False):
    """A line as Envoy writes it. Unknown members are ignored: a newer node may say more."""

    facts: str
    """The values of :data:`FACTS`."""
    method: str | None = None
    path: str | None = None
    route: str | None = None
    subject: str | None = None
    user_agent: str | None = None
    issuer: str | None = None
    foreign_client: str | None = None
    foreign_subject: str | None = None
    foreign_jti: str | None = None


class CallRecord(msgspec.Struct, gc=False):
    """What Envoy says of a finished call."""

    request_id: str
    """Made by Envoy for each call, whatever the client sent; the key on which a call counts once. Begins with the
    moment in milliseconds since 1970, so that calls that come one after the other are stored side by side."""
    start: str
    """ISO 8601 with microseconds, UTC."""
    status: int
    """0 where the client left before an answer."""
    flags: str | None
    duration_ms: int
    upstream_ms: int | None
    bytes_in: int
    bytes_out: int
    attempts: int | None
    service_id: str | None
    jti: str | None
    application_id: str | None
    client_ip: str | None
    details: str | None
    method: str | None
    path: str | None
    """Without the query, which may hold a credential."""
    route: str | None
    subject: str | None
    user_agent: str | None
    issuer: str | None = None
    """``iss`` of the token where it is a trusted issuer's; None: the token is ours, or there is none."""
    foreign_client: str | None = None
    """Of such a token: the value of the claim that says whose call it is."""
    foreign_subject: str | None = None
    """Of such a token: its ``sub``."""
    foreign_jti: str | None = None
