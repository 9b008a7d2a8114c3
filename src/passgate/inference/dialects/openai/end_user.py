"""The id of the client's own user, as vendors of OpenAI's format take it."""

from hashlib import sha256

_LONGEST = 64
"""Characters (https://platform.openai.com/docs/api-reference/responses/create, ``safety_identifier``)."""


def end_user(told: str | None) -> str | None:
    """The id; of a longer one the digest, which is as stable, and what OpenAI recommends for any.

    Claude Code sends a JSON text with the ids of device and session, of some 190 characters.
    """
    if told is None or len(told) <= _LONGEST:
        return told
    return sha256(told.encode()).hexdigest()
