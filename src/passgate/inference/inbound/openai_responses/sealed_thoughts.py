"""``encrypted_content``: the one opaque string of a reasoning item, in which signed thoughts of any vendor travel.

What OpenAI itself encrypted stays as it is. What another vendor signed or encrypted goes in with its kind, format and
id in front, so that it can be given back to that vendor, and to no other.
"""

import base64

import orjson

from passgate.inference.exchange.carried_signature import SEALED_MARK
from passgate.inference.exchange.content import Thinking

OPENAI = "openai-responses-v1"


def seal(thought: Thinking, item_id: str) -> str | None:
    """The string for a thought in the item of that id; None where it was neither signed nor encrypted."""
    value = thought.signature if thought.data is None else thought.data
    if value is None:
        return None
    if thought.format == OPENAI and thought.data is not None and thought.id in {None, item_id}:
        return value
    kind = "signature" if thought.data is None else "data"
    told = orjson.dumps([kind, value, thought.format, thought.id])
    return SEALED_MARK + base64.urlsafe_b64encode(told).decode()


def unseal(text: str, sealed: str | None, item_id: str | None, path: str) -> Thinking:
    """The thought of a reasoning item that a client sends back."""
    if sealed is None:
        return Thinking(text, path=path)
    if sealed.startswith(SEALED_MARK):
        try:
            told = orjson.loads(base64.urlsafe_b64decode(sealed[len(SEALED_MARK) :]))
        except ValueError:
            told = None
        match told:
            case ["signature", str() as value, str() | None as origin, str() | None as thought_id]:
                return Thinking(text, value, None, origin, thought_id, path)
            case ["data", str() as value, str() | None as origin, str() | None as thought_id]:
                return Thinking(text, None, value, origin, thought_id, path)
            case _:
                pass
    return Thinking(text, None, sealed, OPENAI, item_id, path)
