"""Where Bedrock's runtime is, and how a call to it proves who makes it."""

from urllib.parse import quote

from passgate.inference.translation import Target, VendorRequest
from passgate.kernel.sigv4 import with_credential

_SERVICE = "bedrock"


def model_url(target: Target, operation: str) -> str:
    """The URL of an operation on the target's model; a model's id may be an ARN."""
    return f"{target.base_url.rstrip('/')}/model/{quote(target.vendor_model, safe='')}/{operation}"


def sign(request: VendorRequest, target: Target, seconds: int) -> VendorRequest:
    """Sign with an access key (``ID:SECRET`` or ``ID:SECRET:SESSION_TOKEN``), or send an API key of Bedrock's."""
    if target.api_key is None:
        return request
    headers = with_credential(
        target.api_key,
        method=request.method,
        url=request.url,
        headers=request.headers,
        body=request.body,
        service=_SERVICE,
        seconds=seconds,
    )
    return VendorRequest(request.method, request.url, headers, request.body)
