"""The parts of OpenAI chat messages."""

from typing import Any

from passgate.inference.exchange.content import (
    Audio,
    CacheHint,
    Document,
    FileSource,
    Image,
    Part,
    Refusal,
    Source,
    Text,
    Thinking,
    UrlSource,
)
from passgate.inference.exchange.data_url import is_data_url, read_data_url
from passgate.inference.inbound.fields import Fields
from passgate.inference.translation import InvalidRequestError


def read_content(message: Fields) -> tuple[Part, ...]:
    """The content of a message: a string, a list of parts, or nothing."""
    content: Any = message.take("content")
    if content is None:
        return ()
    if isinstance(content, str):
        return (Text(content, cache=read_cache(message), path=message.at("content")),)
    if not isinstance(content, list):
        raise message.wrong("content", "a string or a list of parts")
    return tuple(_read_part(part) for part in message.objects("content"))


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


def _read_part(part: Fields) -> Part:
    kind = part.text("type")
    read = _KINDS.get(kind)
    if read is None:
        raise part.refuse("type", f"parts of the type '{kind}' are known to no other vendor.")
    result = read(part)
    part.done()
    return result


def _read_text(part: Fields) -> Part:
    return Text(part.text("text"), cache=read_cache(part), path=part.path)


def _read_refusal(part: Fields) -> Part:
    return Refusal(part.text("refusal"), path=part.path)


def _read_image(part: Fields) -> Part:
    image = part.object("image_url")
    if image is None:
        raise part.missing("image_url")
    url = image.text("url")
    detail = image.text_or_none("detail")
    image.done()
    return Image(_source(url, image, "url"), detail, read_cache(part), part.path)


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
    return Document(_source(data, file, "file_data"), name, cache=read_cache(part), path=part.path)


def _read_document_url(part: Fields) -> Part:
    """Mistral's documents."""
    name = part.text_or_none("document_name")
    source = _source(part.text("document_url"), part, "document_url")
    return Document(source, name, cache=read_cache(part), path=part.path)


def _read_thinking(part: Fields) -> Part:
    """Mistral's thoughts."""
    part.skip("closed")
    told = "".join(piece.text("text") for piece in part.objects("thinking"))
    return Thinking(told, path=part.path)


def _read_audio(part: Fields) -> Part:
    audio = part.object("input_audio")
    if audio is None:
        raise part.missing("input_audio")
    sound = Audio(audio.text("data"), audio.text("format"), read_cache(part), part.path)
    audio.done()
    return sound


def _source(url: str, holder: Fields, name: str) -> Source:
    if not is_data_url(url):
        if url.startswith(("http://", "https://")):
            return UrlSource(url)
        path = holder.at(name)
        raise InvalidRequestError(f"The field '{path}' must be an http(s) URL or a base64 data URL.", field=path)
    source = read_data_url(url)
    if source is None:
        raise holder.wrong(name, "a data URL in base64")
    return source


_KINDS = {
    "text": _read_text,
    "refusal": _read_refusal,
    "image_url": _read_image,
    "file": _read_file,
    "input_audio": _read_audio,
    "document_url": _read_document_url,
    "thinking": _read_thinking,
}
