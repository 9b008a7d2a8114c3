"""Recorded exchanges, replayed."""

import json
from collections.abc import Mapping
from typing import Any

from fake_vendor.reply import Reply, cut_at_random


def recorded_reply(exchange: Mapping[str, Any], *, seed: int = 0, pieces: int = 12) -> Reply:
    """The recorded answer of an exchange; a stream is cut at places that the seed decides, as recordings lose theirs.

    Args:
        exchange: a line of the recordings: ``status``, ``content_type``, ``response`` (JSON, or a stream's text).
        seed: decides the cuts.
        pieces: about as many as a stream is cut into.
    """
    response = exchange["response"]
    text = response.encode() if isinstance(response, str) else json.dumps(response).encode()
    content_type = exchange["content_type"] or "application/json"
    if not content_type.startswith("text/event-stream"):
        return Reply(status=exchange["status"], content_type=content_type, parts=(text,))
    return Reply(
        status=exchange["status"],
        content_type=content_type,
        parts=cut_at_random(text, seed, pieces),
        stream=True,
        gap=0.0005,
    )
