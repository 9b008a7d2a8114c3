"""What a fake vendor says to one request, and how."""

import itertools
import json
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Reply:
    """One answer.

    ``parts`` go out one by one, ``gap`` seconds apart; a stream is chunked, anything else has a length. ``ending``
    says what follows the last part: the proper end, a connection cut in the middle of the answer (closed, or reset),
    one that stays open in silence, or the parts all over again until the client goes.
    """

    status: int = 200
    content_type: str = "application/json"
    parts: Iterable[bytes] = (b"",)
    """Gone through once for each request."""
    headers: Mapping[str, str] = field(default_factory=dict)
    stream: bool = False
    delay: float = 0.0
    """Seconds before anything is said."""
    gap: float = 0.0
    ending: Literal["complete", "abort", "reset", "silence", "repeat"] = "complete"
    raw: bool = False
    """Send the parts alone: no status line, no headers."""


def json_reply(
    document: Any, *, status: int = 200, delay: float = 0.0, headers: Mapping[str, str] | None = None
) -> Reply:
    return Reply(status=status, parts=(json.dumps(document).encode(),), delay=delay, headers=headers or {})


def stream_reply(parts: Iterable[bytes], *, gap: float = 0.0, delay: float = 0.0) -> Reply:
    return Reply(content_type="text/event-stream", parts=tuple(parts), stream=True, gap=gap, delay=delay)


def cut_at_random(text: bytes, seed: int, pieces: int = 12) -> tuple[bytes, ...]:
    """The text in pieces, cut at places that the seed decides."""
    chance = random.Random(seed)  # noqa: S311 - the same cuts in every run
    places = sorted({0, len(text), *(chance.randrange(len(text) + 1) for _ in range(pieces - 1))})
    return tuple(text[start:end] for start, end in itertools.pairwise(places))
