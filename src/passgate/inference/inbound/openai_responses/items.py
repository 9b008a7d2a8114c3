"""The input of Responses: a talk as one list of items; calls, their results and thoughts stand there on their own."""

from dataclasses import replace

from passgate.inference.exchange.chat_request import Turn
from passgate.inference.exchange.content import Document, Image, Part, Text, ToolCall, ToolResult, VendorBlock
from passgate.inference.inbound.fields import Fields
from passgate.inference.inbound.openai_responses.client_tool import as_arguments, vendor_name
from passgate.inference.inbound.openai_responses.parts import read_content
from passgate.inference.inbound.openai_responses.sealed_thoughts import unseal
from passgate.inference.inbound.openai_responses.tools import TOOLS_ITEM

VENDOR_FORMAT = "openai-responses"


def read_input(request: Fields) -> tuple[list[Text], list[Turn]]:
    """The instructions at the start, and the turns after them; the assistant's items in a row are one turn."""
    system: list[Text] = []
    turns: list[Turn] = []
    given = request.take("input")
    if isinstance(given, str):
        return system, [Turn("user", (Text(given, path="input"),), path="input")]
    for item in request.objects("input"):
        if item.document.get("type") == TOOLS_ITEM:
            continue  # read with the request's other tools
        turn = _read_item(item)
        item.done()
        if turn.role == "system" and not turns:
            system.extend(part for part in turn.parts if isinstance(part, Text))
        elif turns and _goes_on(turns[-1], turn):
            turns[-1] = replace(turns[-1], parts=(*turns[-1].parts, *turn.parts))
        else:
            turns.append(turn)
    return system, turns


def _goes_on(last: Turn, turn: Turn) -> bool:
    """Whether both are one turn: all that the assistant did, and the results of tools that ran side by side."""
    if last.role != turn.role:
        return False
    if turn.role == "assistant":
        return True
    both = (*last.parts, *turn.parts)
    return turn.role == "user" and all(isinstance(part, ToolResult) for part in both)


def _read_item(item: Fields) -> Turn:
    kind = item.text_or_none("type")
    if kind is None or kind == "message":
        return _read_message(item)
    if kind in {"function_call", "custom_tool_call"}:
        return Turn("assistant", (_read_call(item, custom=kind == "custom_tool_call"),), path=item.path)
    if kind in {"function_call_output", "custom_tool_call_output"}:
        item.skip("id", "status", "name", "namespace")
        return Turn("user", (_read_result(item),), path=item.path)
    if kind == "reasoning":
        return Turn("assistant", (_read_thought(item),), path=item.path)
    if kind.endswith(("_output", "_response")):
        raise item.refuse("type", f"items of the type '{kind}' are known to no other vendor.")
    item.skip(*item.document)
    return Turn("assistant", (VendorBlock(VENDOR_FORMAT, item.document, item.path),), path=item.path)


def _read_message(item: Fields) -> Turn:
    item.skip("id", "status", "phase")
    role = item.text("role")
    parts = read_content(item)
    if role in {"system", "developer"}:
        for part in parts:
            if not isinstance(part, Text):
                raise item.wrong("content", "text")
        return Turn("system", parts, path=item.path)
    if role == "user":
        return Turn("user", parts, path=item.path)
    if role == "assistant":
        return Turn("assistant", parts, path=item.path)
    raise item.wrong("role", "one of user, assistant, system, developer")


def _read_call(item: Fields, *, custom: bool) -> ToolCall:
    item.skip("id", "status")
    name = vendor_name(item.text_or_none("namespace"), item.text("name"))
    arguments = as_arguments(item.text("input")) if custom else item.text_or_none("arguments") or ""
    return ToolCall(item.text("call_id"), name, arguments, path=item.path)


def _read_result(item: Fields) -> ToolResult:
    parts: list[Text | Image | Document] = []
    for part in read_content(item, "output"):
        if not isinstance(part, Text | Image | Document):
            raise item.wrong("output", "a string, or a list of texts, images and files")
        parts.append(part)
    return ToolResult(item.text("call_id"), tuple(parts), path=item.path)


def _read_thought(item: Fields) -> Part:
    item.skip("status")
    told = [part.text_or_none("text") or "" for part in item.objects("content")]
    summary = [part.text_or_none("text") or "" for part in item.objects("summary")]
    text = "\n\n".join(told or summary)
    return unseal(text, item.text_or_none("encrypted_content"), item.text_or_none("id"), f"{item.path}.reasoning")
