"""What a request asks of the answer in words that both of OpenAI's formats, chat and Responses, share."""

from collections.abc import Callable

from passgate.inference.exchange.chat_request import EFFORTS, Effort, ResponseFormat
from passgate.inference.inbound.fields import Fields


def read_effort(fields: Fields, name: str) -> Effort | None:
    """How hard to think, if it is said.

    Raises:
        InvalidRequestError: it is none of the known efforts.
    """
    effort = fields.text_or_none(name)
    if effort is None:
        return None
    known = EFFORTS.get(effort)
    if known is None:
        raise fields.wrong(name, "one of " + ", ".join(EFFORTS))
    return known


def read_format(fields: Fields | None, of_schema: Callable[[Fields], Fields]) -> ResponseFormat | None:
    """The shape that the answer must have, if it is said.

    Args:
        fields: the format.
        of_schema: the object that holds a schema with its name: the format itself, or one within it.

    Raises:
        InvalidRequestError: a field is missing or of a wrong type.
        UntranslatableError: a format that only OpenAI knows.
    """
    if fields is None:
        return None
    kind = fields.text("type")
    if kind == "json_object":
        found = ResponseFormat("json_object")
    elif kind == "text":
        found = ResponseFormat("text")
    elif kind == "json_schema":
        holder = of_schema(fields)
        found = ResponseFormat(
            "json_schema",
            holder.mapping("schema") or {},
            holder.text_or_none("name"),
            holder.text_or_none("description"),
            holder.flag("strict"),
        )
        if holder is not fields:
            holder.done()
    else:
        raise fields.refuse("type", f"the format '{kind}' is known to no other vendor.")
    fields.done()
    return found
