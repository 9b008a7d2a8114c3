"""The parts of OpenAI chat messages."""

from dataclasses import replace
from typing import Any

from passgate.inference.exchange.content import (
    CacheHint,
    Document,
    FileSource,
    Image,
    Part,
    Text,
    Thinking,
)
from passgate.inference.inbound.fields import Fields
from passgate.inference.inbound.openai_parts import read_audio, read_parts, read_refusal, read_source


def read_content(message: Fields) -> tuple[Part, ...]:
    """The content of a message: a string, a list of parts, or nothing."""
    content: Any = message.take("content")
    if content is None:
        return ()
    if isinstance(content, str):
        return (Text(content, cache=read_cache(message), path=message.at("content")),)
    return read_parts(message, "content", _KINDS)


def read_cache(fields: Fields) -> CacheHint | None:
    """``cache_control`` as OpenRouter takes it, or OpenAI's own ``prompt_cache_breakpoint``."""
    control = fields.object("cache_control")
    if control is not None:
        control.skip("type")
        hint = CacheHint(control.text_or_none("ttl"))
        control.done()
        return hint
    mark = fields.object("prompt_cache_breakpoint")
    if mark is None:
        return None
    mark.skip("mode")
    mark.done()
    return CacheHint()


def _read_text(part: Fields) -> Part:
    return Text(part.text("text"), cache=read_cache(part), path=part.path)


def _read_image(part: Fields) -> Part:
    if isinstance(part.take("image_url"), str):
        # As Mistral's clients write it.
        return Image(read_source(part.text("image_url"), part, "image_url"), None, read_cache(part), part.path)
    image = part.object("image_url")
    if image is None:
        raise part.missing("image_url")
    url = image.text("url")
    detail = image.text_or_none("detail")
    image.done()
    return Image(read_source(url, image, "url"), detail, read_cache(part), part.path)


def _read_file(part: Fields) -> Part:
    file = part.object("file")
    if file is None:
        raise part.missing("file")
    name = file.text_or_none("filename")
    file_id = file.text_or_none("file_id")
    data = file.text_or_none("file_data")
    file.done()
    if file_id is not None:
        return Document(FileSource(file_id), name, cache=read_cache(part), path=part.path)
    if data is None:
        raise file.missing("file_data")
    return Document(read_source(data, file, "file_data"), name, cache=read_cache(part), path=part.path)


def _read_document_url(part: Fields) -> Part:
    """Mistral's documents."""
    name = part.text_or_none("document_name")
    source = read_source(part.text("document_url"), part, "document_url")
    return Document(source, name, cache=read_cache(part), path=part.path)


def _read_thinking(part: Fields) -> Part:
    """Mistral's thoughts."""
    part.skip("closed")
    told = "".join(piece.text("text") for piece in part.objects("thinking"))
    return Thinking(told, path=part.path)


def _read_audio(part: Fields) -> Part:
    return replace(read_audio(part), cache=read_cache(part))


_KINDS = {
    "text": _read_text,
    "refusal": read_refusal,
    "image_url": _read_image,
    "file": _read_file,
    "input_audio": _read_audio,
    "document_url": _read_document_url,
    "thinking": _read_thinking,
}
