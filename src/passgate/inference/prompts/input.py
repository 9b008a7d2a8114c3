"""What a caller sends to a prompt."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from passgate.contracts.prompt_values import ValuesError, checked_values
from passgate.inference.json_text import read_json
from passgate.inference.prompts.errors import PromptInputError, PromptStreamError
from passgate.inference.prompts.serving_prompt import ServingPrompt
from passgate.inference.translation import InvalidRequestError

_EVENT_STREAM = "text/event-stream"
_YES = ("true", "1")


def read_values(prompt: ServingPrompt, body: bytes) -> dict[str, Any]:
    """The value of every variable; an empty body gives none.

    Raises:
        InvalidRequestError: the body is no JSON object.
        PromptInputError: a variable is missing, of the wrong kind or out of bounds, or unknown.
    """
    try:
        given = read_json(body) if body.strip() else {}
    except ValueError as error:
        raise InvalidRequestError(f"The body is not valid JSON: {error}.", code="invalid_json") from error
    if not isinstance(given, dict):
        raise InvalidRequestError("The body must be a JSON object with the prompt's variables.", code="invalid_json")
    try:
        return checked_values(prompt.definition.variables, given)
    except ValuesError as error:
        raise PromptInputError(f"The input does not fit: {error}.", field=error.faults[0][0]) from error


def wants_stream(prompt: ServingPrompt, query: bytes, headers: Mapping[str, str]) -> bool:
    """Whether the caller asks for a stream: by ``?stream=true``, or by accepting nothing but an event stream.

    Raises:
        PromptStreamError: it does, and the prompt gives none.
    """
    asked = parse_qs(query.decode("latin-1")).get("stream", [""])[-1].lower() in _YES
    accepted = [kind.split(";")[0].strip().lower() for kind in headers.get("accept", "").split(",")]
    if not asked and accepted != [_EVENT_STREAM]:
        return False
    if prompt.definition.output_schema is not None:
        raise PromptStreamError("This prompt answers with JSON, which is checked as a whole and not streamed.")
    if not prompt.definition.streaming:
        raise PromptStreamError("This prompt does not stream.")
    return True
