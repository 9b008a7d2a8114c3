"""What goes wrong at vendors."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from fake_vendor.reply import Reply, json_reply


@contextmanager
def closed_port() -> Iterator[str]:
    """The URL of a vendor that is down: the port is kept, but nobody listens."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{holder.getsockname()[1]}"


def no_answer() -> Reply:
    """Takes the request and says nothing, for as long as the client waits."""
    return Reply(parts=(), ending="silence")


def dropped_connection() -> Reply:
    """Closes without a word."""
    return Reply(parts=(), raw=True)


def server_error(status: int = 500) -> Reply:
    return json_reply({"error": {"message": "The server had an error", "type": "server_error"}}, status=status)


def rate_limited(retry_after: str = "7") -> Reply:
    error = {"message": "Rate limit reached", "type": "rate_limit_error", "code": "rate_limit_exceeded"}
    return json_reply({"error": error}, status=429, headers={"retry-after": retry_after})


def garbage() -> Reply:
    """A success whose body is no JSON."""
    return Reply(parts=(b"<html>It works!</html>",))


def not_http() -> Reply:
    return Reply(parts=(b"220 smtp.example ESMTP ready\r\n",), raw=True)


def wrong_content_type(reply: Reply, content_type: str = "text/html") -> Reply:
    return replace(reply, content_type=content_type)


def aborted_stream(parts: Sequence[bytes], *, gap: float = 0.0) -> Reply:
    """A stream whose connection is cut after these parts."""
    return Reply(content_type="text/event-stream", parts=tuple(parts), stream=True, gap=gap, ending="abort")


def stalled_stream(parts: Sequence[bytes]) -> Reply:
    """A stream that falls silent after these parts, and stays open."""
    return Reply(content_type="text/event-stream", parts=tuple(parts), stream=True, ending="silence")


def reset_connection(parts: Sequence[bytes] = (), *, raw: bool = False, stream: bool = False) -> Reply:
    """The connection is reset (RST) after these parts; ``raw``: they are all that is said."""
    content_type = "text/event-stream" if stream else "application/json"
    return Reply(content_type=content_type, parts=tuple(parts), raw=raw, stream=stream, gap=0.02, ending="reset")


def dripping(reply: Reply, *, gap: float = 0.05, raw: bool = False) -> Reply:
    """The same bytes, one at a time (slow loris); ``raw``: without a head before them."""
    return replace(reply, parts=tuple(bytes((one,)) for part in reply.parts for one in part), gap=gap, raw=raw)


def endless_stream(part: bytes, *, gap: float = 0.01) -> Reply:
    """A stream that goes on until its client goes; the request's ``closed`` tells when that was."""
    return Reply(content_type="text/event-stream", parts=(part,), stream=True, gap=gap, ending="repeat")
