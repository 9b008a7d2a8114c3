"""AWS Signature Version 4: how requests to Amazon prove who sends them.

See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html. It stands in the kernel
since both the worker (calls) and the catalogue (connection tests, model lists) sign.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote, unquote, urlsplit

_ALGORITHM = "AWS4-HMAC-SHA256"
_REGION = re.compile(r"\.([a-z]{2}(?:-[a-z]+)+-\d)\.")
_USUAL_REGION = "us-east-1"
_USUAL_PORTS = {"http": 80, "https": 443}
_PARTS_WITHOUT_SESSION = 2
_PARTS_WITH_SESSION = 3


@dataclass(frozen=True, slots=True)
class AwsCredentials:
    """An access key, with a session token where it is a temporary one."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


def read_aws_credentials(text: str) -> AwsCredentials | None:
    """Read ``ACCESS_KEY_ID:SECRET`` or ``ACCESS_KEY_ID:SECRET:SESSION_TOKEN``; None where the text is no such thing."""
    parts = text.split(":")
    if not all(parts):
        return None
    if len(parts) == _PARTS_WITHOUT_SESSION:
        return AwsCredentials(parts[0], parts[1])
    if len(parts) == _PARTS_WITH_SESSION:
        return AwsCredentials(*parts)
    return None


def aws_region(url: str) -> str:
    """The region that the host of one of Amazon's services names; ``us-east-1`` where it names none."""
    found = _REGION.search(urlsplit(url).hostname or "")
    return found[1] if found else _USUAL_REGION


def with_credential(  # noqa: PLR0913 - what a signature covers, each by name
    key: str, *, method: str, url: str, headers: Mapping[str, str], body: bytes, service: str, seconds: int
) -> dict[str, str]:
    """The headers to send, signed with an access key (``ID:SECRET``), or with an API key as bearer."""
    credentials = read_aws_credentials(key)
    if credentials is None:
        return {**headers, "authorization": "Bearer " + key}
    return sign(
        credentials,
        method=method,
        url=url,
        headers=headers,
        body=body,
        region=aws_region(url),
        service=service,
        seconds=seconds,
    )


def sign(  # noqa: PLR0913 - what a signature covers, each by name
    credentials: AwsCredentials,
    *,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    region: str,
    service: str,
    seconds: int,
) -> dict[str, str]:
    """The headers to send, signature included.

    Args:
        credentials: whose request it is.
        method: of the request.
        url: as it is sent, already encoded.
        headers: to be sent and signed; names in any case.
        body: of the request.
        region: of the service, such as ``us-east-1``.
        service: as AWS names it for signing, such as ``bedrock``.
        seconds: now, since 1970; Amazon allows five minutes of difference.
    """
    moment = datetime.fromtimestamp(seconds, UTC)
    stamp = moment.strftime("%Y%m%dT%H%M%SZ")
    told = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    told["x-amz-date"] = stamp
    if credentials.session_token is not None:
        told["x-amz-security-token"] = credentials.session_token
    signed = {"host": _authority(url), **told}
    names = ";".join(sorted(signed))
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    canonical = _canonical_request(method, url, signed, body)
    to_sign = "\n".join((_ALGORITHM, stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()))
    key = ("AWS4" + credentials.secret_access_key).encode()
    for part in (stamp[:8], region, service, "aws4_request"):
        key = _hmac(key, part)
    signature = _hmac(key, to_sign).hex()
    told["authorization"] = (
        f"{_ALGORITHM} Credential={credentials.access_key_id}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return told


def _canonical_request(method: str, url: str, headers: Mapping[str, str], body: bytes) -> str:
    parts = urlsplit(url)
    # All services but S3 sign the path encoded once more than it is sent.
    path = quote(parts.path or "/", safe="/-_.~")
    pairs = [part.partition("=") for part in parts.query.split("&") if part]
    query = "&".join(sorted(f"{_encoded(name)}={_encoded(value)}" for name, _, value in pairs))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    names = ";".join(sorted(headers))
    return "\n".join((method, path, query, lines, names, hashlib.sha256(body).hexdigest()))


def _encoded(text: str) -> str:
    return quote(unquote(text), safe="-_.~")


def _authority(url: str) -> str:
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return host if parts.port in {None, _USUAL_PORTS.get(parts.scheme)} else f"{host}:{parts.port}"


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
