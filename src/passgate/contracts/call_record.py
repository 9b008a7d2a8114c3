"""One line of Envoy's access log: a call through the gate."""

import msgspec


class CallRecord(msgspec.Struct, gc=False):
    """What Envoy says of a finished call. Unknown fields are ignored: a newer node may say more."""

    request_id: str
    """Made by Envoy for each call, whatever the client sent; the key on which a call counts once."""
    start: str
    """ISO 8601 with microseconds, UTC."""
    status: int
    """0 where the client left before an answer."""
    method: str | None = None
    path: str | None = None
    """Without the query, which may hold a credential."""
    details: str | None = None
    flags: str | None = None
    duration_ms: int = 0
    upstream_ms: int | None = None
    bytes_in: int = 0
    bytes_out: int = 0
    attempts: int | None = None
    route: str | None = None
    service_id: str | None = None
    jti: str | None = None
    subject: str | None = None
    application_id: str | None = None
    user_agent: str | None = None
    client_ip: str | None = None
    issuer: str | None = None
    """``iss`` of the token where it is a trusted issuer's; None: the token is ours, or there is none."""
    foreign_client: str | None = None
    """Of such a token: the value of the claim that says whose call it is."""
    foreign_subject: str | None = None
    """Of such a token: its ``sub``."""
    foreign_jti: str | None = None
