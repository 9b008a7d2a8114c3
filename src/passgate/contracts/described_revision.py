"""What workers know of a revision's OpenAPI document: enough to answer in its upstream's place and to judge."""

import base64
import zlib

from passgate.contracts.frozen import Contract

MOCK_HEADER = "x-passgate-mock"
"""Id of the revision whose document the worker answers from; the gate cuts off a client's own."""
ROUTE_HEADER = "x-passgate-route"
"""Id of the route that the call took."""
ASK_PREFIX = "/_passgate"
"""Below it the gate asks workers about calls; no call can reach it."""
VALIDATION_PATH = f"{ASK_PREFIX}/validation"
"""``/<revision>/<route, or - >/<characters of the base path>`` and the call's own path follow."""
UPSTREAM_TOKEN_PATH = f"{ASK_PREFIX}/upstream-token"
"""``/<seconds>/<audience, base64url>`` and the call's own path follow."""
UPSTREAM_TOKEN_HEADER = "x-passgate-upstream-token"  # noqa: S105 - a header's name
"""Bears the token from the worker to the gate, which puts it where the upstream looks for it."""


UPSTREAM_ALGORITHMS = ("ES256", "RS256", "EdDSA")
"""In which the workers can sign, the preferred first."""


class DescribedRevision(Contract):
    """A revision that is mocked, or whose requests are validated."""

    revision_id: str
    digest: str
    """Of the document."""
    packed: str
    """See :func:`packed`; as long as nothing asks for it, it costs a worker no more than its own length."""


class TokenSigning(Contract):
    """What the workers sign tokens for upstreams with."""

    issuer: str
    kid: str
    algorithm: str
    sealed_private_jwk: str


def packed(content: bytes) -> str:
    """JSON, compressed (RFC 1950), in base64."""
    return base64.b64encode(zlib.compress(content, 6)).decode()


def unpacked(text: str) -> bytes:
    """What :func:`packed` took in."""
    return zlib.decompress(base64.b64decode(text))
