"""Writing answers to the client, in ASGI's messages."""

import orjson

from passgate.inference.routing_table import header_text
from passgate.inference.translation import InboundFormat
from passgate.inference.translator import render_error, stream_type
from passgate.inference.worker.ai_call import AiCall, answered_model
from passgate.inference.worker.incoming import Header, Send
from passgate.kernel.errors import PassgateError

_JSON = "application/json"
_LONGEST_LIST = 4096


def call_headers(call: AiCall) -> list[Header]:
    """What every answer to an AI call says of it: the request id, the model, who answered and what was left out."""
    headers = [(b"x-request-id", call.request_id.encode("latin-1"))]
    if call.model is not None:
        headers.append((b"x-passgate-model", call.model.header))
    if call.deployment is not None:
        headers += call.deployment.headers
    if call.tried:
        headers += _route_headers(call)
    if call.dropped:
        names = header_text(", ".join(call.dropped))
        headers.append((b"x-passgate-dropped", names[:_LONGEST_LIST].encode()))
    if call.limit_headers:
        headers += call.limit_headers
    return headers


def _route_headers(call: AiCall) -> list[Header]:
    """What was tried before, each with its provider, the vendor's model and why it gave no answer."""
    tried = ", ".join(
        f"{one.deployment.provider_header.decode()} {header_text(one.deployment.target.vendor_model)} {one.code}"
        for one in call.tried or ()
    )
    headers = [(b"x-passgate-tried", tried[:_LONGEST_LIST].encode())]
    instead = answered_model(call)
    if instead is not None:
        headers.append((b"x-passgate-fallback-model", header_text(instead).encode()))
    return headers


async def send_whole(send: Send, status: int, content_type: str, body: bytes, headers: list[Header]) -> None:
    """Send an answer that is not streamed."""
    headers.append((b"content-type", content_type.encode("latin-1")))
    headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def send_json(send: Send, status: int, document: object, headers: list[Header]) -> None:
    """Send a document as JSON."""
    await send_whole(send, status, _JSON, orjson.dumps(document), headers)


async def send_refusal(
    send: Send, form: InboundFormat, error: PassgateError, request_id: str, headers: list[Header]
) -> None:
    """Send an error in the caller's format."""
    content_type, body = render_error(
        form,
        status=int(error.status),
        code=error.code,
        message=error.message,
        request_id=request_id,
        param=error.field,
    )
    await send_whole(send, int(error.status), content_type, body, headers)


async def send_stream_head(send: Send, call: AiCall) -> None:
    """Begin a streamed answer."""
    headers = call_headers(call)
    headers.append((b"content-type", stream_type(call.form)))
    headers.append((b"cache-control", b"no-cache"))
    call.head_sent = True
    await send({"type": "http.response.start", "status": 200, "headers": headers})
