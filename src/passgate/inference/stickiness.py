"""What makes two calls belong together, so that one deployment answers both and its prompt cache is of use."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from passgate.contracts.routing import Stickiness
from passgate.inference.translation import ParsedRequest

_TURNS = ("messages", "contents", "input")
"""Where the formats keep a conversation."""
_BEFORE_TURNS = ("system", "systemInstruction", "system_instruction", "instructions", "tools")
_OPENING_ROLES = frozenset({"system", "developer"})


def mark_of(sticky: Stickiness | None, parsed: ParsedRequest, session: str | None, subject: str) -> bytes | None:
    """What a call shares with those that belong to it; None: it belongs to none.

    Args:
        sticky: what the model's calls are told together by.
        parsed: the request.
        session: what the caller named in the header for it.
        subject: the token's.
    """
    if sticky is None:
        return None
    if sticky == "header":
        return session.encode() if session else None
    if sticky == "user":
        return _user(parsed.document, subject).encode()
    return _opening(parsed.document)


def _user(document: Mapping[str, Any], subject: str) -> str:
    """Whom the caller calls for, as its format says it; the token's subject where it says nothing."""
    metadata = document.get("metadata")
    named = (
        document.get("safety_identifier"),
        document.get("user"),
        metadata.get("user_id") if isinstance(metadata, dict) else None,
    )
    return next((one for one in named if isinstance(one, str) and one), subject)


def _opening(document: Mapping[str, Any]) -> bytes | None:
    """The beginning that all turns of a conversation share: instructions, tools, and the first thing that was said.

    OpenAI's ``prompt_cache_key`` names it where it is there.
    """
    named = document.get("prompt_cache_key")
    if isinstance(named, str) and named:
        return named.encode()
    opening: list[Any] = [document[name] for name in _BEFORE_TURNS if name in document]
    turns = next((document[name] for name in _TURNS if isinstance(document.get(name), list)), ())
    opening += _first_turns(turns)
    if not opening:
        return None
    return hashlib.blake2b(json.dumps(opening).encode(), digest_size=16).digest()


def _first_turns(turns: Sequence[Any]) -> list[Any]:
    found: list[Any] = []
    for turn in turns:
        found.append(turn)
        if not (isinstance(turn, dict) and turn.get("role") in _OPENING_ROLES):
            break
    return found
