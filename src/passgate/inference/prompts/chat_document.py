"""The chat request that a call of a prompt becomes, in OpenAI's format."""

from collections.abc import Mapping, Sequence
from typing import Any

from passgate.contracts.prompt import PromptModel
from passgate.contracts.prompt_template import Piece
from passgate.contracts.prompt_values import value_text
from passgate.inference.dialects.openai.strict_schema import is_strict
from passgate.inference.prompts.serving_prompt import ServingPrompt

_INSTRUCTION = (
    "Answer with one JSON value and nothing else: no explanation, no code fence. "
    "It must be valid against this JSON Schema:\n"
)
_REPAIR = (
    "That answer does not fit the JSON Schema. At {place}: {rule}\n"
    "Answer again with the corrected JSON value and nothing else."
)
_LONGEST_ECHO = 20_000
"""Characters of a wrong answer that are shown to the model again."""


def chat_document(
    prompt: ServingPrompt, values: Mapping[str, Any], model: PromptModel, *, stream: bool, enforced: bool
) -> dict[str, Any]:
    """The request for one model.

    Args:
        prompt: what is called.
        values: of all variables, checked.
        model: who is asked, and how.
        stream: the answer is to come piece by piece.
        enforced: the vendor holds its answers to a schema by itself; otherwise the model is told in words.
    """
    definition = prompt.definition
    schema = definition.output_schema
    system = _text(prompt.system, values)
    document: dict[str, Any] = {**model.parameters, "model": model.name}
    if schema is not None and not enforced:
        system = f"{system}\n\n{_INSTRUCTION}{prompt.schema_text}".lstrip()
    if schema is not None and enforced:
        form = {"name": "answer", "schema": schema, "strict": is_strict(schema)}
        document["response_format"] = {"type": "json_schema", "json_schema": form}
    if stream:
        document["stream"] = True
    messages: list[dict[str, Any]] = [{"role": "system", "content": system}] if system else []
    for example in definition.examples:
        messages.append({"role": "user", "content": example.user})
        messages.append({"role": "assistant", "content": example.assistant})
    messages.append({"role": "user", "content": _content(prompt, values)})
    return {**document, "messages": messages}


def repair_document(document: Mapping[str, Any], answer: str, place: str, rule: str) -> dict[str, Any]:
    """The same request once more, with the wrong answer and what is wrong with it."""
    said = {"role": "assistant", "content": answer[:_LONGEST_ECHO] or "null"}
    asked = {"role": "user", "content": _REPAIR.format(place=place, rule=rule)}
    return {**document, "messages": [*document["messages"], said, asked]}


def _text(pieces: Sequence[Piece], values: Mapping[str, Any]) -> str:
    return "".join(piece if isinstance(piece, str) else value_text(values[piece.name]) for piece in pieces)


def _content(prompt: ServingPrompt, values: Mapping[str, Any]) -> str | list[dict[str, Any]]:
    """The user's message: a text, or parts where an image stands among them."""
    images = {variable.name for variable in prompt.definition.variables if variable.kind == "image"}
    parts: list[dict[str, Any]] = []
    text: list[str] = []
    for piece in prompt.user:
        if isinstance(piece, str) or piece.name not in images:
            text.append(piece if isinstance(piece, str) else value_text(values[piece.name]))
        elif values[piece.name] is not None:
            _close_text(parts, text)
            parts.append({"type": "image_url", "image_url": {"url": values[piece.name]}})
    if not parts:
        return "".join(text)
    _close_text(parts, text)
    return parts


def _close_text(parts: list[dict[str, Any]], text: list[str]) -> None:
    joined = "".join(text)
    text.clear()
    if joined.strip():
        parts.append({"type": "text", "text": joined})
