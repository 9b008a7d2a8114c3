"""A neutral answer as a response.

What a vendor's own tools did and no item of OpenAI's can tell goes into ``vendor_blocks``, the gate's addition.
"""

from typing import Any

from passgate.inference.exchange.chat_reply import ChatReply, Choice
from passgate.inference.exchange.content import Refusal, Text, Thinking, ToolCall, VendorBlock
from passgate.inference.exchange.log_probabilities import probability_rows
from passgate.inference.exchange.ports import ReplyContext
from passgate.inference.inbound.openai_responses import output
from passgate.inference.inbound.openai_responses.client_tool import ClientTools
from passgate.inference.inbound.openai_responses.items import VENDOR_FORMAT
from passgate.inference.json_text import write_json


def write_reply(reply: ChatReply, context: ReplyContext) -> bytes:
    """Write the whole answer."""
    model, created = reply.model or context.model, reply.created or context.created
    document = output.response(response_id(reply.id), model, created, context.asked)
    choice = reply.choices[0] if reply.choices else Choice(())
    document |= output.ended(choice.finish_reason)
    blocks: list[dict[str, Any]] = []
    document["output"] = _items(choice, reply.id, ClientTools(context.asked), blocks)
    if blocks:
        document["vendor_blocks"] = blocks
    if reply.usage is not None:
        document["usage"] = output.usage(reply.usage)
    if reply.service_tier is not None:
        document["service_tier"] = reply.service_tier
    return write_json(document)


def response_id(told: str) -> str:
    """The id that a vendor gave to its answer, in the form that this format's clients know."""
    return told if told.startswith("resp_") else f"resp_{told}"


def _items(choice: Choice, reply_id: str, tools: ClientTools, blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    said: list[dict[str, Any]] | None = None
    for part in choice.parts:
        number = len(items)
        if isinstance(part, Text | Refusal):
            if said is None:
                said = []
                items.append(output.message(f"msg_{reply_id}_{number}", said))
            said.append(_said(part))
            continue
        if isinstance(part, Thinking):
            items.append(output.reasoning(part.id or f"rs_{reply_id}_{number}", part))
        elif isinstance(part, ToolCall):
            tool = tools.called(part.name)
            items.append(output.call(tool, output.call_id(tool, reply_id, number), part.id, part.arguments))
        elif isinstance(part, VendorBlock):
            if _put_probabilities(part, items):
                continue
            item = output.vendor_block(part, VENDOR_FORMAT)
            if item is None:
                blocks.append({"format": part.vendor_format, "block": part.document})
                continue
            items.append(item)
        said = None
    return items


def _put_probabilities(block: VendorBlock, items: list[dict[str, Any]]) -> bool:
    """Vendors tell them of the whole answer; here they stand with its last text."""
    rows = probability_rows(block)
    texts = [part for item in items for part in item.get("content", ()) if part.get("type") == "output_text"]
    if rows is None or not texts:
        return False
    texts[-1]["logprobs"] = [*texts[-1]["logprobs"], *rows]
    return True


def _said(part: Text | Refusal) -> dict[str, Any]:
    if isinstance(part, Refusal):
        return output.refusal(part.text)
    return output.text(part.text, [output.annotation(citation, len(part.text)) for citation in part.citations])
