"""Reading a client's request body, within its limit."""

from collections.abc import Mapping

from passgate.inference.worker.incoming import Receive
from passgate.inference.worker.refusals import BodyTooLargeError


class ClientGoneError(Exception):
    """The client went before it had sent its whole request; there is nobody to answer."""


async def read_body(receive: Receive, headers: Mapping[str, str], limit: int) -> bytes:
    """The whole body.

    Raises:
        BodyTooLargeError: it is, or is announced to be, larger than the limit.
        ClientGoneError: the client went meanwhile.
    """
    announced = headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit:
        raise BodyTooLargeError(f"The request is larger than {limit} bytes.")
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body", False):
        body: bytes = bytes(message.get("body", b""))
        if len(body) > limit:
            raise BodyTooLargeError(f"The request is larger than {limit} bytes.")
        return body
    parts: list[bytes] = []
    size = 0
    while True:
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        part = message.get("body", b"")
        parts.append(bytes(part))
        size += len(part)
        if size > limit:
            raise BodyTooLargeError(f"The request is larger than {limit} bytes.")
        if not message.get("more_body", False):
            return b"".join(parts)
        message = await receive()
