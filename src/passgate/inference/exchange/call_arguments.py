"""The arguments of a tool's call, for vendors that take them as an object and not as text."""

from typing import Any

from passgate.inference.exchange.content import ToolCall
from passgate.inference.json_text import read_exact
from passgate.inference.translation import UntranslatableError


def arguments_of(call: ToolCall) -> dict[str, Any]:
    """The arguments; none at all is an empty object.

    Raises:
        UntranslatableError: the text is not the JSON of an object.
    """
    if not call.arguments.strip():
        return {}
    try:
        arguments = read_exact(call.arguments)
    except ValueError:
        arguments = None
    if not isinstance(arguments, dict):
        path = f"{call.path}.function.arguments"
        message = f"The field '{path}' cannot be translated: it is not the JSON text of an object."
        raise UntranslatableError(message, field=path)
    return arguments
