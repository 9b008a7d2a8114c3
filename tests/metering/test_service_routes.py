"""The name of a route tells which version, revision and route of a service a call belonged to."""

import orjson
import pytest

from passgate.metering.records import CallLine, LineReader

_LINE = {
    "stream_id": "s",
    "request_id": "r",
    "start": "2026-11-27T10:00:00.000000Z",
    "status": 200,
    "duration_ms": 1,
    "bytes_in": 0,
    "bytes_out": 0,
}


@pytest.mark.parametrize(
    ("name", "kind", "ids"),
    [
        ("rest|ver_1|rev_1|get|orders", "rest", ("ver_1", "rev_1", "get|orders")),
        ("ai|ver_1|rev_1|", "ai", ("ver_1", "rev_1", None)),
        ("rest|ver_1||", "rest", ("ver_1", None, None)),
        ("rest", "rest", (None, None, None)),
        (None, None, (None, None, None)),
    ],
)
def test_a_route_is_read_from_its_name(name: str | None, kind: str | None, ids: tuple[str | None, ...]) -> None:
    names = ("method", "path", "details", "flags", "upstream_ms", "attempts", "service_id", "jti", "subject")
    line = {**_LINE, **dict.fromkeys((*names, "application_id", "user_agent", "client_ip")), "route": name}
    (read,) = LineReader().read("access", [(orjson.dumps(line), 1)])
    assert isinstance(read.content, CallLine)
    assert read.content.route == kind
    assert (read.content.version_id, read.content.revision_id, read.content.route_id) == ids
