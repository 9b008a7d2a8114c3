"""A call whose answer may be kept, as it is sent on to its upstream."""

from collections.abc import AsyncIterator
from functools import lru_cache

from passgate.contracts.cached_route import (
    CACHED_HEADER,
    CLUSTER_HEADER,
    HASH_HEADER,
    KEPT_HOST_HEADER,
    PATH_HEADER,
    TRIES,
    CachedHash,
    CachedRoute,
)
from passgate.contracts.verified_claims import CLAIMS_HEADER, FOREIGN_CLAIMS_HEADER
from passgate.inference.cached.fields import Fields
from passgate.inference.worker.client_request import ClientRequest
from passgate.inference.worker.incoming import Header

_OF_A_CONNECTION = (
    b"connection",
    b"keep-alive",
    b"proxy-connection",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
)
"""RFC 9110 section 7.6.1."""
_OURS = frozenset(
    name.encode()
    for name in (
        CACHED_HEADER,
        CLUSTER_HEADER,
        HASH_HEADER,
        KEPT_HOST_HEADER,
        PATH_HEADER,
        "host",
        "expect",
        *(f"x-passgate-{one}" for one in TRIES),
    )
)
_CLAIMS = frozenset({CLAIMS_HEADER.encode(), FOREIGN_CLAIMS_HEADER.encode()})
_NOT_PASSED = frozenset({*_OF_A_CONNECTION, b"x-passgate-cache", b"x-request-id"})
"""Of an answer; the gate gives it the call's own id."""


@lru_cache(maxsize=4096)
def read_route(text: str) -> CachedRoute:
    """What the gate says of the call; only the gate can."""
    return CachedRoute.model_validate_json(text)


def has_body(request: Fields) -> bool:
    """Whether a body comes with the request."""
    return "transfer-encoding" in request or (request.get("content-length") or "0") != "0"


def onward(request: ClientRequest, route: CachedRoute, fields: Fields) -> bytes:
    """The head of the request as Envoy gets it, for the pool."""
    target = request.raw_path + (b"?" + request.query if request.query else b"")
    host = fields.get("host") or ""
    added = {"host": host, CLUSTER_HEADER: route.cluster}
    added |= {f"x-passgate-{name}": value for name, value in route.again.items()}
    if route.host is not None:
        added |= {"host": route.host, KEPT_HOST_HEADER: "1", "x-envoy-original-host": host}
    if route.hash is not None and (value := _hashed(route.hash, fields)):
        added[HASH_HEADER] = value
    if "transfer-encoding" in fields:
        added["transfer-encoding"] = "chunked"
    lines = [f"{name}: {value}".encode("latin-1") for name, value in added.items()]
    lines += [b"%b: %b" % one for one in request.headers if _goes_on(one[0], route)]
    return b"%b %b HTTP/1.1\r\n%b\r\n\r\n" % (request.method.encode(), target, b"\r\n".join(lines))


async def body_of(request: ClientRequest, fields: Fields) -> AsyncIterator[bytes]:
    """The body's pieces, as they are sent on."""
    chunked = "transfer-encoding" in fields
    more = True
    while more:
        message = await request.receive()
        piece, more = message.get("body", b""), message.get("more_body", False)
        if piece:
            yield b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece
    if chunked:
        yield b"0\r\n\r\n"


def passed(headers: tuple[Header, ...]) -> list[Header]:
    """The headers of an answer that concern the caller."""
    return [one for one in headers if one[0] not in _NOT_PASSED]


def _goes_on(name: bytes, route: CachedRoute) -> bool:
    if name in _OF_A_CONNECTION or name in _OURS:
        return False
    return not route.cuts_claims or name not in _CLAIMS


def _hashed(by: CachedHash, fields: Fields) -> str:
    """What the call's address is chosen by; empty: it says nothing."""
    match by.source:
        case "header":
            return fields.get(by.name.lower()) or ""
        case "claim" | "ip":
            return fields.get(HASH_HEADER) or ""
        case "cookie":
            pairs = (part.strip().partition("=") for part in (fields.get("cookie") or "").replace(",", ";").split(";"))
            return next((value for name, _, value in pairs if name == by.name), "")
