"""Whether an answer is what a test of a prompt expects."""

from typing import Any

import orjson

from passgate.contracts.prompt import PromptTest

_LONGEST_SHOWN = 200


def verdict(test: PromptTest, answer: Any, *, is_text: bool) -> str | None:  # noqa: ANN401 - JSON of any shape
    """Why a test does not pass, as a sentence; None: it passes.

    Args:
        test: what is expected.
        answer: the service's answer; of a text, the object around it.
        is_text: the prompt answers with text.
    """
    said = answer.get("text", "") if is_text and isinstance(answer, dict) else answer
    if test.expect == "equals":
        same = said.strip() == str(test.value).strip() if isinstance(said, str) else said == test.value
        return None if same else f"It is {_shown(said)}, not {_shown(test.value)}."
    if test.expect == "contains":
        text = said if isinstance(said, str) else orjson.dumps(said).decode()
        return (
            None if str(test.value).casefold() in text.casefold() else f"{_shown(test.value)} is not in {_shown(said)}."
        )
    if test.expect == "subset":
        place = _missing(test.value, said, "$")
        return None if place is None else place
    return None


def _missing(wanted: Any, found: Any, place: str) -> str | None:  # noqa: ANN401 - as above
    if isinstance(wanted, dict):
        if not isinstance(found, dict):
            return f"At {place}: {_shown(found)} is no object."
        absent = next((name for name in wanted if name not in found), None)
        if absent is not None:
            return f"At {place}: there is no '{absent}'."
        below = (_missing(value, found[name], f"{place}.{name}") for name, value in wanted.items())
        return next((fault for fault in below if fault is not None), None)
    return None if wanted == found else f"At {place}: it is {_shown(found)}, not {_shown(wanted)}."


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return repr(text[:_LONGEST_SHOWN]) if isinstance(value, str) else text[:_LONGEST_SHOWN]
