"""Other vendors' signatures and encrypted thoughts in Gemini's one field for such, ``thoughtSignature``.

The field holds base64, which clients decode and encode anew. A signature of Google's own stays as it is; others go in
with their format and id, behind a mark, so that they can be given back to the vendor family that made them.
"""

import base64

import orjson

from passgate.inference.exchange.carried_signature import GOOGLE
from passgate.inference.exchange.content import Thinking

_MARK = b"passgate1."
_URL_LETTERS = str.maketrans("-_", "+/")


def pack(thoughts: list[Thinking]) -> str:
    """Carry the signatures of thoughts without words, in their order; Google's own, where it is the only one."""
    if len(thoughts) == 1 and thoughts[0].format == GOOGLE:
        return thoughts[0].data or thoughts[0].signature or ""
    told = [[thought.signature, thought.data, thought.format, thought.id] for thought in thoughts]
    return base64.b64encode(_MARK + orjson.dumps(told)).decode()


def unpack(carried: str, path: str) -> list[Thinking]:
    """The thoughts that were carried; what bears no mark is Google's own."""
    own = [Thinking("", None, carried, GOOGLE, None, path)]
    try:
        raw = base64.b64decode(carried.translate(_URL_LETTERS) + "=" * (-len(carried) % 4))
        told = orjson.loads(raw.removeprefix(_MARK)) if raw.startswith(_MARK) else None
    except ValueError:
        return own
    if not isinstance(told, list):
        return own
    found = []
    for entry in told:
        match entry:
            case [str() | None as signature, str() | None as data, str() | None as origin, str() | None as thought_id]:
                found.append(Thinking("", signature, data, origin, thought_id, path))
            case _:
                return own
    return found
