"""The content blocks of Anthropic messages."""

from typing import Any

from passgate.inference.exchange.carried_signature import unpack
from passgate.inference.exchange.content import (
    CacheHint,
    Citation,
    DataSource,
    Document,
    FileSource,
    Image,
    Part,
    Source,
    Text,
    TextSource,
    Thinking,
    ToolCall,
    ToolResult,
    UrlSource,
    VendorBlock,
)
from passgate.inference.inbound.fields import Fields, without_indexes
from passgate.inference.json_text import write_json


def read_blocks(holder: Fields, name: str = "content") -> tuple[Part, ...]:
    """The content of a message: a string or a list of blocks."""
    content: Any = holder.take(name)
    if content is None:
        raise holder.missing(name)
    if isinstance(content, str):
        return (Text(content, path=holder.at(name)),)
    if not isinstance(content, list):
        raise holder.wrong(name, "a string or a list of blocks")
    return tuple(_read_block(block) for block in holder.objects(name))


def read_cache(fields: Fields) -> CacheHint | None:
    """``cache_control``."""
    control = fields.object("cache_control")
    if control is None:
        return None
    control.skip("type")
    hint = CacheHint(control.text_or_none("ttl"))
    control.done()
    return hint


def _read_block(block: Fields) -> Part:
    kind = block.text("type")
    read = _KINDS.get(kind)
    if read is None:
        # A tool that runs at the vendor, or something newer than this: only Anthropic knows what it means.
        return VendorBlock("anthropic", block.document, block.path)
    part = read(block)
    block.done()
    return part


def _read_text(block: Fields) -> Part:
    citations = []
    for cited in block.objects("citations"):
        cited.skip("type")
        url = cited.text_or_none("url")
        if url is None:
            block.unread.append("messages.content.citations")
            continue
        title = cited.text_or_none("title") or ""
        token = cited.text_or_none("encrypted_index") or ""
        citations.append(Citation(url, title, cited.text_or_none("cited_text") or "", token=token))
    return Text(block.text("text"), tuple(citations), read_cache(block), block.path)


def _read_image(block: Fields) -> Part:
    return Image(_read_source(block), cache=read_cache(block), path=block.path)


def _read_document(block: Fields) -> Part:
    citations = block.object("citations")
    cites = False
    if citations is not None:
        cites = citations.flag("enabled") or False
        citations.done()
    title = block.text_or_none("title")
    return Document(_read_source(block), title, block.text_or_none("context"), cites, read_cache(block), block.path)


def _read_source(block: Fields) -> Source:
    source = block.object("source")
    if source is None:
        raise block.missing("source")
    kind = source.text("type")
    found: Source
    if kind == "base64":
        found = DataSource(source.text("media_type"), source.text("data"))
    elif kind == "url":
        found = UrlSource(source.text("url"))
    elif kind == "text":
        source.skip("media_type")
        found = TextSource(source.text("data"))
    elif kind == "file":
        found = FileSource(source.text("file_id"))
    elif kind == "content":
        found = TextSource(_texts(source))
    else:
        raise source.refuse("type", f"sources of the type '{kind}' are known to no other vendor.")
    source.done()
    return found


def _texts(source: Fields) -> str:
    texts = []
    for part in read_blocks(source):
        if not isinstance(part, Text):
            raise source.refuse("content", "only text can be carried in a document of blocks.")
        texts.append(part.text)
    return "\n".join(texts)


def _read_search_result(block: Fields) -> Part:
    title, origin = block.text("title"), block.text("source")
    block.skip("citations")
    text = f"{title}\n{origin}\n\n{_texts(block)}"
    return Text(text, cache=read_cache(block), path=block.path)


def _read_tool_reference(block: Fields) -> Part:
    """A tool that the client's own search found; its definition stands among the request's tools.

    See https://platform.claude.com/docs/en/agents-and-tools/tool-use/tool-search-tool. Anthropic's models are shown
    the definition here, others have it from the beginning and are told in words.
    """
    block.unread.append(f"{without_indexes(block.path)}.tool_reference")
    return Text(f"The tool {block.text('tool_name')} can be called now.", cache=read_cache(block), path=block.path)


def _read_tool_use(block: Fields) -> Part:
    caller = block.object("caller")
    if caller is not None:
        if caller.text_or_none("type") not in {None, "direct"}:
            block.unread.append("messages.content.caller")
        caller.skip("tool_id")
    arguments = block.mapping("input")
    if arguments is None:
        raise block.missing("input")
    text = write_json(arguments).decode()
    return ToolCall(block.text("id"), block.text("name"), text, read_cache(block), block.path)


def _read_tool_result(block: Fields) -> Part:
    parts: list[Text | Image | Document] = []
    for part in read_blocks(block) if block.document.get("content") is not None else ():
        if not isinstance(part, Text | Image | Document):
            kind = part.document.get("type") if isinstance(part, VendorBlock) else "other"
            raise block.refuse("content", f"blocks of the type '{kind}' in a tool's result are Anthropic's own.")
        parts.append(part)
    failed = block.flag("is_error") or False
    return ToolResult(block.text("tool_use_id"), tuple(parts), failed, read_cache(block), block.path)


def _read_thinking(block: Fields) -> Part:
    signature = block.text_or_none("signature")
    text = block.text("thinking")
    if not signature:
        return Thinking(text, path=block.path)
    value, origin, thought_id = unpack(signature)
    return Thinking(text, value, None, origin, thought_id, block.path)


def _read_redacted(block: Fields) -> Part:
    value, origin, thought_id = unpack(block.text("data"))
    return Thinking("", None, value, origin, thought_id, block.path)


_KINDS = {
    "text": _read_text,
    "image": _read_image,
    "document": _read_document,
    "search_result": _read_search_result,
    "tool_reference": _read_tool_reference,
    "tool_use": _read_tool_use,
    "tool_result": _read_tool_result,
    "thinking": _read_thinking,
    "redacted_thinking": _read_redacted,
}
