"""Whole answers, kept for a while under the exact request that they answered."""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from passgate.inference.exact_document import exact_document
from passgate.inference.routing_table import ServingModel
from passgate.inference.translation import InvalidRequestError, ParsedRequest

CACHE_HEADER = "x-passgate-cache"
LONGEST_SECONDS = 30 * 86_400
_OFF = "off"


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer as the client got it: a body, or all the bytes of a stream."""

    content_type: bytes
    body: bytes
    finish_reason: str | None
    provider: bytes


class AnswerCache:
    """Keeps answers in memory, the least recently used ones going first.

    Each worker has its own; where a Valkey is configured, all share that instead (``shared_answers.py``).
    """

    def __init__(self, timer: Callable[[], float], *, entries: int = 10_000, size: int = 64 * 1024 * 1024) -> None:
        """Make an empty cache.

        Args:
            timer: seconds on a clock that only goes forward.
            entries: how many answers are kept at most.
            size: bytes of all of them together, at most.
        """
        self._timer = timer
        self._entries = entries
        self._size = size
        self._held = 0
        self._answers: OrderedDict[bytes, tuple[float, StoredAnswer]] = OrderedDict()

    @property
    def largest(self) -> int:
        """Bytes of the largest answer that is kept: one must not drive out all others."""
        return self._size // 16

    def get(self, key: bytes) -> StoredAnswer | None:
        """The answer, where it is there and not too old."""
        found = self._answers.get(key)
        if found is None:
            return None
        if found[0] <= self._timer():
            self._drop(key)
            return None
        self._answers.move_to_end(key)
        return found[1]

    def put(self, key: bytes, answer: StoredAnswer, seconds: float) -> None:
        """Keep an answer for so many seconds."""
        if len(answer.body) > self.largest:
            return
        self._drop(key)
        self._answers[key] = (self._timer() + seconds, answer)
        self._held += len(answer.body)
        while len(self._answers) > self._entries or self._held > self._size:
            self._drop(next(iter(self._answers)))

    def _drop(self, key: bytes) -> None:
        gone = self._answers.pop(key, None)
        if gone is not None:
            self._held -= len(gone[1].body)


def asked_seconds(header: str | None, ruled: int | None) -> int:
    """How long the answer to a call may be kept; 0: not at all.

    Args:
        header: what the caller asks for: ``off``, or seconds; None: nothing.
        ruled: the policy's time, which a caller may shorten and not lengthen; None: the caller decides alone.

    Raises:
        InvalidRequestError: the caller asks for something else.
    """
    if header is None:
        return ruled or 0
    text = header.strip().lower()
    if text == _OFF:
        return 0
    if not text.isascii() or not text.isdigit():
        raise InvalidRequestError(f"The header '{CACHE_HEADER}' must be seconds, or 'off'.", field=CACHE_HEADER)
    asked = min(int(text[:9]), LONGEST_SECONDS)
    return asked if ruled is None else min(asked, ruled)


def cache_key(parsed: ParsedRequest, application_id: str, model: ServingModel, rules: str) -> bytes:
    """What two requests must share for one answer to do for both.

    That is all that the request says, in whatever order and spacing, the application, the model as it is now deployed,
    and the rules that the answer has gone through. A stream and a whole answer are kept apart.

    Raises:
        InvalidRequestError: the request cannot be written anew.
    """
    document = {name: value for name, value in exact_document(parsed).items() if name not in {"model", "stream"}}
    deployments = [(one.id, one.target.vendor_model) for one in model.deployments]
    whole = [
        parsed.format,
        parsed.stream,
        application_id,
        model.team_id,
        model.name,
        deployments,
        rules,
        dict(parsed.headers),
        document,
    ]
    return hashlib.blake2b(json.dumps(whole, sort_keys=True).encode(), digest_size=32).digest()
