"""The events of server-sent streams."""

import json
from typing import Any


def events(stream: bytes) -> list[Any]:
    """The JSON of a server-sent stream's events."""
    found = []
    for block in stream.replace(b"\r\n", b"\n").split(b"\n\n"):
        lines = [line[5:].removeprefix(b" ") for line in block.split(b"\n") if line.startswith(b"data:")]
        data = b"\n".join(lines).strip()
        if data and data != b"[DONE]":
            found.append(json.loads(data))
    return found
