"""The parts of Gemini's contents."""

from passgate.inference.exchange.carried_signature import GOOGLE
from passgate.inference.exchange.content import (
    Audio,
    DataSource,
    Document,
    FileSource,
    Image,
    Part,
    Source,
    Text,
    Thinking,
    UrlSource,
    VendorBlock,
)
from passgate.inference.inbound.gemini.proto_fields import ProtoFields
from passgate.inference.inbound.gemini.signature import unpack

_SOUND = {"mpeg": "mp3", "mp3": "mp3", "x-wav": "wav", "wave": "wav", "vnd.wave": "wav"}
_GOOGLES_FILES = ("gs://", "https://generativelanguage.googleapis.com/")
_OWN_TOOLS = ("executableCode", "codeExecutionResult", "toolCall", "toolResponse")


def read_plain_part(part: ProtoFields) -> list[Part]:
    """A part that is neither a call nor its result, with the signatures that it bears before it."""
    own = next((name for name in _OWN_TOOLS if part.document.get(name) is not None), None)
    if own is not None:
        # What Google's own tools did: only Google knows what it means, signature and all.
        return [VendorBlock("gemini", part.document, part.path)]
    signatures = read_signatures(part)
    found = _thought(part, signatures) if part.flag("thought") else [*signatures, *_said(part)]
    part.done()
    return found


def read_signatures(part: ProtoFields) -> list[Part]:
    """The signatures that a part bears."""
    carried = part.text_or_none("thoughtSignature")
    return [*unpack(carried, part.at("thoughtSignature"))] if carried else []


def _thought(part: ProtoFields, signatures: list[Part]) -> list[Part]:
    text = part.text_or_none("text") or ""
    match signatures:
        case [Thinking(_, str() as signature, None, origin, thought_id)]:
            return [Thinking(text, signature, None, origin, thought_id, part.path)]
        case _:
            return [Thinking(text, None, None, GOOGLE, None, part.path), *signatures]


def _said(part: ProtoFields) -> list[Part]:
    for name in ("inlineData", "fileData"):
        media = part.object(name)
        if media is not None:
            return [read_media(media, part.path)]
    text = part.text_or_none("text")
    if text is None:
        raise part.missing("text")
    return [Text(text, path=part.path)] if text else []


def read_media(media: ProtoFields, path: str) -> Image | Document | Audio:
    """``inlineData`` or ``fileData``."""
    kind = (media.text_or_none("mimeType") or "").lower()
    title = media.text_or_none("displayName")
    source = _source(media, kind)
    media.done()
    family, _, subtype = kind.partition(";")[0].partition("/")
    if family == "image":
        if title is not None:
            media.unread.append("contents.parts.inlineData.displayName")
        return Image(source, path=path)
    if family == "audio" and isinstance(source, DataSource):
        return Audio(source.data, _SOUND.get(subtype, subtype), path=path)
    if family in {"video", "audio"}:
        raise media.refuse("mimeType", "other vendors take no films, and sound only as data.")
    return Document(source, title, path=path)


def _source(media: ProtoFields, kind: str) -> Source:
    uri = media.text_or_none("fileUri")
    if uri is None:
        if not kind:
            raise media.missing("mimeType")
        data = media.text("data")
        return DataSource(kind, data.replace("-", "+").replace("_", "/"))
    if uri.startswith(_GOOGLES_FILES):
        return FileSource(uri)
    if not uri.startswith(("http://", "https://")):
        raise media.wrong("fileUri", "an http(s) URL, or a file that Google holds")
    return UrlSource(uri)
