"""A signature of one vendor's thoughts on its way through a format that has no place for its origin.

Anthropic's format has one opaque string for a signature and one for encrypted thoughts. What another vendor family
signed goes in there with its format and id in front, so that it can be given back to that family, and to no other.
"""

import base64

import orjson

ANTHROPIC = "anthropic-claude-v1"
GOOGLE = "google-gemini-v1"
MARK = "passgate1."
"""Stands before what was signed elsewhere."""
SEALED_MARK = "passgate-thought1."
"""The same in Responses, whose one string holds the kind of thought too."""


def pack(value: str, vendor_format: str | None, thought_id: str | None) -> str:
    """Carry a signature; Anthropic's own stays as it is."""
    if vendor_format == ANTHROPIC:
        return value
    told = orjson.dumps([value, vendor_format, thought_id])
    return MARK + base64.urlsafe_b64encode(told).decode()


def unpack(carried: str) -> tuple[str, str | None, str | None]:
    """The signature, its format and its id; what bears no mark is Anthropic's own."""
    if not carried.startswith(MARK):
        return carried, ANTHROPIC, None
    try:
        told = orjson.loads(base64.urlsafe_b64decode(carried[len(MARK) :]))
    except ValueError:
        return carried, ANTHROPIC, None
    match told:
        case [str() as value, str() | None as vendor_format, str() | None as thought_id]:
            return value, vendor_format, thought_id
        case _:
            return carried, ANTHROPIC, None
