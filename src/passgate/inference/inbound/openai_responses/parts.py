"""The parts of Responses' messages (https://platform.openai.com/docs/api-reference/responses)."""

from passgate.inference.exchange.content import (
    Audio,
    Citation,
    DataSource,
    Document,
    FileSource,
    Image,
    Part,
    Refusal,
    Source,
    Text,
    UrlSource,
)
from passgate.inference.exchange.data_url import is_data_url, read_data_url
from passgate.inference.inbound.fields import Fields

_PDF = "application/pdf"


def read_content(holder: Fields, name: str = "content") -> tuple[Part, ...]:
    """The content of a message or of a tool's output: a string, a list of parts, or nothing."""
    content = holder.take(name)
    if content is None:
        return ()
    if isinstance(content, str):
        return (Text(content, path=holder.at(name)),)
    if not isinstance(content, list):
        raise holder.wrong(name, "a string or a list of parts")
    return tuple(_read_part(part) for part in holder.objects(name))


def _read_part(part: Fields) -> Part:
    kind = part.text("type")
    read = _KINDS.get(kind)
    if read is None:
        raise part.refuse("type", f"parts of the type '{kind}' are known to no other vendor.")
    result = read(part)
    part.done()
    return result


def _read_text(part: Fields) -> Part:
    if not part.document.get("logprobs"):
        part.skip("logprobs")
    return Text(part.text("text"), tuple(_citations(part)), path=part.path)


def _citations(part: Fields) -> list[Citation]:
    found = []
    for note in part.objects("annotations"):
        if note.text_or_none("type") != "url_citation":
            note.unread.append("input.content.annotations")
            continue
        found.append(
            Citation(
                note.text("url"),
                note.text_or_none("title") or "",
                start=note.integer("start_index"),
                end=note.integer("end_index"),
            )
        )
        note.done()
    return found


def _read_refusal(part: Fields) -> Part:
    return Refusal(part.text("refusal"), path=part.path)


def _read_image(part: Fields) -> Part:
    detail = part.text_or_none("detail")
    file_id = part.text_or_none("file_id")
    url = part.text_or_none("image_url")
    if file_id is not None:
        return Image(FileSource(file_id), detail, path=part.path)
    if url is None:
        raise part.missing("image_url")
    return Image(_source(url, part, "image_url"), detail, path=part.path)


def _read_file(part: Fields) -> Part:
    name = part.text_or_none("filename")
    file_id, url, data = (part.text_or_none(field) for field in ("file_id", "file_url", "file_data"))
    if file_id is not None:
        source: Source = FileSource(file_id)
    elif url is not None:
        source = _source(url, part, "file_url")
    elif data is not None:
        # OpenAI takes the bare base64 of a PDF as well as a data URL.
        source = _source(data, part, "file_data") if is_data_url(data) else DataSource(_PDF, data)
    else:
        raise part.missing("file_data")
    return Document(source, name, path=part.path)


def _read_audio(part: Fields) -> Part:
    audio = part.object("input_audio")
    if audio is None:
        raise part.missing("input_audio")
    sound = Audio(audio.text("data"), audio.text("format"), path=part.path)
    audio.done()
    return sound


def _source(url: str, holder: Fields, name: str) -> Source:
    if not is_data_url(url):
        if url.startswith(("http://", "https://")):
            return UrlSource(url)
        raise holder.wrong(name, "an http(s) URL or a base64 data URL")
    source = read_data_url(url)
    if source is None:
        raise holder.wrong(name, "a data URL in base64")
    return source


_KINDS = {
    "input_text": _read_text,
    "output_text": _read_text,
    "text": _read_text,
    "refusal": _read_refusal,
    "input_image": _read_image,
    "input_file": _read_file,
    "input_audio": _read_audio,
}
