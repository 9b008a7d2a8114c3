"""The messages of an OpenAI chat request."""

from passgate.inference.exchange.chat_request import Turn
from passgate.inference.exchange.content import (
    Document,
    Image,
    Part,
    Refusal,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    VendorBlock,
)
from passgate.inference.exchange.reasoning_details import read_reasoning_details
from passgate.inference.inbound.fields import Fields
from passgate.inference.inbound.openai_chat.parts import read_cache, read_content


def read_messages(request: Fields) -> tuple[list[Text], list[Turn]]:
    """The instructions at the start, and the turns after them.

    ``developer`` is what newer OpenAI models call ``system``. Instructions that come later keep their place.
    """
    system: list[Text] = []
    turns: list[Turn] = []
    for message in request.objects("messages"):
        role = message.text("role")
        name = message.text_or_none("name")
        if role in {"system", "developer"}:
            texts = _texts(message)
            if turns:
                turns.append(Turn("system", tuple(texts), name, message.path))
            else:
                system.extend(texts)
                if name is not None:
                    message.unread.append("messages.name")
        elif role == "user":
            turns.append(Turn("user", read_content(message), name, message.path))
        elif role == "assistant":
            turns.append(Turn("assistant", _answer(message), name, message.path))
        elif role == "tool":
            turns.append(Turn("user", (_tool_result(message),), name, message.path))
        elif role == "function":
            raise message.refuse("role", "functions are out of use; send tools and the role 'tool'.")
        else:
            raise message.wrong("role", "one of system, developer, user, assistant, tool")
        message.done()
    return system, turns


def _texts(message: Fields) -> list[Text]:
    texts = []
    for part in read_content(message):
        if not isinstance(part, Text):
            raise message.wrong("content", "text")
        texts.append(part)
    return texts


def _answer(message: Fields) -> tuple[Part, ...]:
    parts: list[Part] = [*_thoughts(message)]
    for index, block in enumerate(message.listed("vendor_blocks")):
        path = f"{message.at('vendor_blocks')}[{index}]"
        fields = Fields(block, path, message.unread)
        document = fields.mapping("block") or {}
        parts.append(VendorBlock(fields.text("format"), document, path))
    parts.extend(read_content(message))
    refusal = message.text_or_none("refusal")
    if refusal:
        parts.append(Refusal(refusal, message.at("refusal")))
    if message.take("function_call") is not None:
        raise message.refuse("function_call", "functions are out of use; send tool_calls.")
    parts.extend(_tool_call(call) for call in message.objects("tool_calls"))
    if message.document.get("annotations") == []:
        message.skip("annotations")
    return tuple(parts)


def _thoughts(message: Fields) -> list[Thinking]:
    details = message.listed("reasoning_details")
    plain = message.text_or_none("reasoning_content") or message.text_or_none("reasoning")
    message.skip("reasoning_content", "reasoning")
    if details:
        return read_reasoning_details(details, message.at("reasoning_details"))
    return [Thinking(plain, path=message.at("reasoning_content"))] if plain else []


def _tool_call(call: Fields) -> ToolCall:
    kind = call.text_or_none("type")
    if kind not in {None, "function"}:
        raise call.refuse("type", f"tools of the type '{kind}' are known to no other vendor.")
    call.skip("index")
    function = call.object("function")
    if function is None:
        raise call.missing("function")
    arguments = function.text_or_none("arguments") or ""
    made = ToolCall(call.text("id"), function.text("name"), arguments, read_cache(call), call.path)
    function.done()
    call.done()
    return made


def _tool_result(message: Fields) -> ToolResult:
    parts = []
    for part in read_content(message):
        if not isinstance(part, Text | Image | Document):
            raise message.wrong("content", "text")
        parts.append(part)
    return ToolResult(message.text("tool_call_id"), tuple(parts), path=message.path)
