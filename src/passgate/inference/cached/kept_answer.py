"""An answer as it lies in the store, which holds the answers of models too."""

from dataclasses import dataclass

import orjson

from passgate.inference.cached.fields import Fields, Header
from passgate.inference.policies.answer_cache import StoredAnswer

_KIND = b"http"
_VARIED = b"vary"


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """A whole answer."""

    status: int
    headers: tuple[Header, ...]
    body: bytes
    born: float
    """When its age was nothing; seconds since 1970."""
    until: float
    """When it is stale."""
    is_open: bool
    """It may be given to a call with whatever credential."""
    generation: bytes = b""
    """Of its place, when its upstream was asked."""

    @property
    def fields(self) -> Fields:
        """Its header fields."""
        return Fields(self.headers)

    def age(self, now: float) -> int:
        """Seconds."""
        return max(0, int(now - self.born))


def stored(answer: KeptAnswer) -> StoredAnswer:
    """The answer for the store."""
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers]
    about = orjson.dumps([answer.status, headers, answer.born, answer.until, answer.is_open, answer.generation.hex()])
    return StoredAnswer(_KIND, about + b"\n" + answer.body, None, b"")


def stored_names(names: tuple[str, ...]) -> StoredAnswer:
    """What stands in the place of answers that vary: the headers of requests that they vary by."""
    return StoredAnswer(_VARIED, orjson.dumps(names), None, b"")


def read_stored(found: StoredAnswer | None) -> KeptAnswer | tuple[str, ...] | None:
    """What lies in the store; None: nothing, or nothing that can be read."""
    if found is None:
        return None
    about, _, body = found.body.partition(b"\n")
    try:
        if found.content_type == _VARIED:
            return tuple(orjson.loads(about))
        status, headers, born, until, is_open, generation = orjson.loads(about)
        lines = tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in headers)
        kept_in = bytes.fromhex(generation)
    except (ValueError, TypeError, AttributeError):
        return None  # of another version
    return KeptAnswer(status, lines, body, born, until, is_open, kept_in)
