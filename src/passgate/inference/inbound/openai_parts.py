"""The parts of messages that both of OpenAI's formats, chat and Responses, word alike."""

from collections.abc import Callable, Mapping

from passgate.inference.exchange.content import Audio, Part, Refusal, Source, UrlSource
from passgate.inference.exchange.data_url import is_data_url, read_data_url
from passgate.inference.inbound.fields import Fields

ReadPart = Callable[[Fields], Part]


def read_parts(holder: Fields, name: str, kinds: Mapping[str, ReadPart]) -> tuple[Part, ...]:
    """A list of parts, each by its type.

    Raises:
        InvalidRequestError: the field is no list of objects, or a part lacks something.
        UntranslatableError: a part of a type that is not among these.
    """
    if not isinstance(holder.take(name), list):
        raise holder.wrong(name, "a string or a list of parts")
    return tuple(_read_part(part, kinds) for part in holder.objects(name))


def _read_part(part: Fields, kinds: Mapping[str, ReadPart]) -> Part:
    kind = part.text("type")
    read = kinds.get(kind)
    if read is None:
        raise part.refuse("type", f"parts of the type '{kind}' are known to no other vendor.")
    result = read(part)
    part.done()
    return result


def read_refusal(part: Fields) -> Refusal:
    """What the model said when it declined."""
    return Refusal(part.text("refusal"), path=part.path)


def read_audio(part: Fields) -> Audio:
    """Sound in base64.

    Raises:
        InvalidRequestError: it is not all there.
    """
    audio = part.object("input_audio")
    if audio is None:
        raise part.missing("input_audio")
    sound = Audio(audio.text("data"), audio.text("format"), path=part.path)
    audio.done()
    return sound


def read_source(url: str, holder: Fields, name: str) -> Source:
    """Where a picture or a document is: at a URL, or in a data URL.

    Raises:
        InvalidRequestError: it is neither.
    """
    if not is_data_url(url):
        if url.startswith(("http://", "https://")):
            return UrlSource(url)
        raise holder.wrong(name, "an http(s) URL or a base64 data URL")
    source = read_data_url(url)
    if source is None:
        raise holder.wrong(name, "a data URL in base64")
    return source
