"""The parts of Responses' messages (https://platform.openai.com/docs/api-reference/responses)."""

from passgate.inference.exchange.content import (
    Citation,
    DataSource,
    Document,
    FileSource,
    Image,
    Part,
    Source,
    Text,
)
from passgate.inference.exchange.data_url import is_data_url
from passgate.inference.inbound.fields import Fields
from passgate.inference.inbound.openai_parts import read_audio, read_parts, read_refusal, read_source

_PDF = "application/pdf"


def read_content(holder: Fields, name: str = "content") -> tuple[Part, ...]:
    """The content of a message or of a tool's output: a string, a list of parts, or nothing."""
    content = holder.take(name)
    if content is None:
        return ()
    if isinstance(content, str):
        return (Text(content, path=holder.at(name)),)
    return read_parts(holder, name, _KINDS)


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


def _read_image(part: Fields) -> Part:
    detail = part.text_or_none("detail")
    file_id = part.text_or_none("file_id")
    url = part.text_or_none("image_url")
    if file_id is not None:
        return Image(FileSource(file_id), detail, path=part.path)
    if url is None:
        raise part.missing("image_url")
    return Image(read_source(url, part, "image_url"), detail, path=part.path)


def _read_file(part: Fields) -> Part:
    name = part.text_or_none("filename")
    file_id, url, data = (part.text_or_none(field) for field in ("file_id", "file_url", "file_data"))
    if file_id is not None:
        source: Source = FileSource(file_id)
    elif url is not None:
        source = read_source(url, part, "file_url")
    elif data is not None:
        # OpenAI takes the bare base64 of a PDF as well as a data URL.
        source = read_source(data, part, "file_data") if is_data_url(data) else DataSource(_PDF, data)
    else:
        raise part.missing("file_data")
    return Document(source, name, path=part.path)


_KINDS = {
    "input_text": _read_text,
    "output_text": _read_text,
    "text": _read_text,
    "refusal": read_refusal,
    "input_image": _read_image,
    "input_file": _read_file,
    "input_audio": read_audio,
}
