"""What a model answered, read out of a chat completion and held against the prompt's schema."""

import re
from dataclasses import dataclass

from jsonschema.exceptions import ValidationError, best_match
from jsonschema.protocols import Validator

from passgate.inference.described.schema_rules import TooComplexError, counted
from passgate.inference.exchange.reading import as_list, as_object, as_text
from passgate.inference.json_text import Json, read_json

_FENCED = re.compile(r"```[a-zA-Z]*\s*\n(.*?)```", re.DOTALL)
_LONGEST_RULE = 300
_BEGINNINGS = ("{", "[")


@dataclass(frozen=True, slots=True)
class Answer:
    """The text of an answer, and how it ended."""

    text: str
    refusal: str
    finish_reason: str
    """In OpenAI's words; empty where nothing was told."""


def read_answer(completion: Json) -> Answer:
    """The first choice of a chat completion."""
    choices = as_list(as_object(completion).get("choices"))
    choice = as_object(choices[0]) if choices else {}
    message = as_object(choice.get("message"))
    content = message.get("content")
    if isinstance(content, list):
        content = "".join(as_text(as_object(part).get("text")) for part in content)
    return Answer(as_text(content), as_text(message.get("refusal")), as_text(choice.get("finish_reason")))


class MisfitError(ValueError):
    """An answer does not fit.

    Attributes:
        place: where, as a JSON path (``$.confidence``).
        rule: what is wrong there, in the validator's words.
    """

    def __init__(self, place: str, rule: str) -> None:
        super().__init__(f"At {place}: {rule}")
        self.place = place
        self.rule = rule


def fitting_value(text: str, validator: Validator) -> Json:
    """The JSON value in an answer.

    Words around it, and a fence of Markdown, are taken off: models add these whatever they are told.

    Raises:
        MisfitError: there is none, or it does not fit the schema.
    """
    value = _json_in(text)
    try:
        with counted(len(text)):
            fault = best_match(validator.iter_errors(value))
    except TooComplexError:
        raise MisfitError("$", "the schema refers to itself without end, or too often") from None
    if isinstance(fault, ValidationError):
        raise MisfitError(fault.json_path, _shortened(fault.message))
    return value


def _json_in(text: str) -> Json:
    candidates = [text, *(found[1] for found in _FENCED.finditer(text))]
    starts = [at for mark in _BEGINNINGS if (at := text.find(mark)) >= 0]
    if starts:
        candidates.append(text[min(starts) : max(text.rfind("}"), text.rfind("]")) + 1])
    for candidate in candidates:
        try:
            return read_json(candidate.strip())
        except ValueError:
            continue
    raise MisfitError("$", "the answer is empty" if not text.strip() else "the answer is not JSON")


def _shortened(rule: str) -> str:
    """A validator repeats the whole value at fault; what is told of it is its beginning and the rule at its end."""
    if len(rule) <= _LONGEST_RULE:
        return rule
    half = _LONGEST_RULE // 2
    return f"{rule[:half]} … {rule[-half:]}"
