"""The one door to the wire formats: parse a request, open an exchange with a target, render errors.

Formats and dialects are rows of the two tables below. Where a dialect passes a format on natively, bytes pass
unchanged; everywhere else both sides meet in the neutral shapes of ``exchange``.
"""

from collections.abc import Mapping
from typing import Any

from passgate.contracts.inference_config import ModelKind
from passgate.inference.dialects.anthropic.dialect import DIALECT as ANTHROPIC
from passgate.inference.dialects.bedrock.dialect import DIALECT as BEDROCK
from passgate.inference.dialects.cohere.dialect import DIALECT as COHERE
from passgate.inference.dialects.gemini.dialect import DIALECT as GEMINI
from passgate.inference.dialects.ollama.dialect import DIALECT as OLLAMA
from passgate.inference.dialects.openai.dialect import DIALECT as OPENAI
from passgate.inference.exchange.failure import Failure
from passgate.inference.exchange.mistral_client import AGENT, MARK, is_mistral_client
from passgate.inference.exchange.ports import Dialect, Format
from passgate.inference.inbound.anthropic_messages.format import FORMAT as ANTHROPIC_MESSAGES
from passgate.inference.inbound.anthropic_messages.token_count import FORMAT as ANTHROPIC_COUNT
from passgate.inference.inbound.gemini.embeddings import BATCH_FORMAT as GEMINI_BATCH_EMBEDDINGS
from passgate.inference.inbound.gemini.embeddings import FORMAT as GEMINI_EMBEDDINGS
from passgate.inference.inbound.gemini.format import ARRAY_FORMAT as GEMINI_ARRAY
from passgate.inference.inbound.gemini.format import FORMAT as GEMINI_GENERATE
from passgate.inference.inbound.gemini.token_count import FORMAT as GEMINI_COUNT
from passgate.inference.inbound.openai_chat.format import FORMAT as OPENAI_CHAT
from passgate.inference.inbound.openai_embeddings import FORMAT as OPENAI_EMBEDDINGS
from passgate.inference.inbound.openai_media import (
    IMAGE_EDITS,
    IMAGES,
    MODERATIONS,
    SPEECH,
    TRANSCRIPTIONS,
    TRANSLATIONS,
)
from passgate.inference.inbound.openai_responses.format import FORMAT as OPENAI_RESPONSES
from passgate.inference.inbound.rerank import FORMAT as RERANK
from passgate.inference.json_text import read_json
from passgate.inference.passing import PassingExchange
from passgate.inference.passing_media import MediaExchange
from passgate.inference.prompts.format import FORMAT as PROMPT
from passgate.inference.translating import TranslatingExchange
from passgate.inference.translating_whole import counting_exchange, embeddings_exchange, rerank_exchange
from passgate.inference.translation import (
    Exchange,
    InboundFormat,
    InvalidRequestError,
    ParsedRequest,
    Target,
    UntranslatableError,
)

FORMATS: Mapping[InboundFormat, Format] = {
    form.name: form
    for form in (
        OPENAI_CHAT,
        OPENAI_RESPONSES,
        OPENAI_EMBEDDINGS,
        IMAGES,
        IMAGE_EDITS,
        SPEECH,
        TRANSCRIPTIONS,
        TRANSLATIONS,
        MODERATIONS,
        RERANK,
        ANTHROPIC_MESSAGES,
        ANTHROPIC_COUNT,
        GEMINI_GENERATE,
        GEMINI_ARRAY,
        GEMINI_EMBEDDINGS,
        GEMINI_BATCH_EMBEDDINGS,
        GEMINI_COUNT,
        PROMPT,
    )
}
DIALECTS: Mapping[str, Dialect] = {
    dialect.name: dialect for dialect in (OPENAI, ANTHROPIC, GEMINI, BEDROCK, COHERE, OLLAMA)
}

_VENDOR_HEADERS = ("anthropic-version", "anthropic-beta", "content-type")
_MEDIA: frozenset[ModelKind] = frozenset({"image", "audio", "moderation"})
"""Kinds whose answers may be anything but words."""
_EVENT_STREAM = b"text/event-stream; charset=utf-8"


def parse(form: InboundFormat, raw: bytes, headers: Mapping[str, str]) -> ParsedRequest:
    """Read a client's request.

    Args:
        form: the format that the client speaks.
        raw: the request's body.
        headers: the request's headers, names in lower case.

    Raises:
        InvalidRequestError: the body is not JSON, not an object, or lacks what its format demands.
    """
    rules = FORMATS[form]
    document = read_object(raw) if rules.read is None else rules.read(raw, headers)
    rules.check(document)
    addressed = rules.addressed(document, headers)
    kept = {name: headers[name] for name in _VENDOR_HEADERS if name in headers}
    if is_mistral_client(headers):
        kept[AGENT] = MARK
    return ParsedRequest(form, raw, document, addressed.model, addressed.stream, kept)


def read_object(raw: bytes) -> dict[str, Any]:
    """The JSON object that a body is.

    Raises:
        InvalidRequestError: it is no JSON object.
    """
    try:
        document = read_json(raw)
    except ValueError as error:
        raise InvalidRequestError(f"The body is not valid JSON: {error}.", code="invalid_json") from error
    if not isinstance(document, dict):
        raise InvalidRequestError("The body must be a JSON object.", code="invalid_json")
    return document


def open_exchange(parsed: ParsedRequest, target: Target, *, created: int = 0) -> Exchange:
    """Make the request for a target, and what turns its answer back.

    Args:
        parsed: the client's request.
        target: the deployment that is to answer.
        created: now, in seconds since 1970: for formats that tell when an answer was made where the vendor does
            not, and for vendors whose requests are signed with the time.

    Raises:
        InvalidRequestError: a field that must be translated breaks its format's rules.
        UntranslatableError: the target's format cannot express a field that may not be left out.
    """
    form = FORMATS[parsed.format]
    dialect = DIALECTS[target.dialect]
    exchange = _open(parsed, target, form, dialect, created)
    if dialect.sign is not None:
        exchange.request = dialect.sign(exchange.request, target, created)
    return exchange


def _open(parsed: ParsedRequest, target: Target, form: Format, dialect: Dialect, created: int) -> Exchange:
    wire = dialect.native.get(parsed.format)
    if wire is not None and wire.fits(parsed, target):
        passing = MediaExchange if form.kind in _MEDIA else PassingExchange
        return passing(wire.prepare(parsed, target), wire, form, dialect)
    if form.reranking is not None:
        return rerank_exchange(parsed, target, form, dialect)
    if form.embeddings is not None and dialect.embeddings is not None:
        return embeddings_exchange(parsed, target, form, dialect)
    if form.counting is not None:
        return counting_exchange(parsed, target, form, dialect)
    if form.chat is None or dialect.chat is None:
        message = f"The model '{parsed.model}' cannot answer requests of this kind."
        raise UntranslatableError(message, field="model")
    return TranslatingExchange(parsed, target, form, dialect, created)


def stream_type(form: InboundFormat) -> bytes:
    """The content type of a format's streams."""
    framing = FORMATS[form].framing
    return _EVENT_STREAM if framing is None else framing.content_type


def takes_comments(form: InboundFormat) -> bool:
    """Tell whether comments may stand in a format's streams: Google's SDK takes every line there for data."""
    return FORMATS[form].framing is None and form != "gemini"


def kind_for(form: InboundFormat) -> ModelKind:
    """What a model must be for to answer a format."""
    return "embeddings" if FORMATS[form].embeddings is not None else FORMATS[form].kind


def render_error(  # noqa: PLR0913 - what an error consists of, each by name
    form: InboundFormat, *, status: int, code: str, message: str, request_id: str, param: str | None = None
) -> tuple[str, bytes]:
    """Word an error of the gate in the caller's format; gives content type and body."""
    worded = FORMATS[form]
    return worded.error_type, worded.error(Failure(status, code, message, param, request_id))


def render_stream_error(  # noqa: PLR0913 - as above
    form: InboundFormat, *, status: int, code: str, message: str, request_id: str, param: str | None = None
) -> bytes:
    """Word an error of the gate as an event that ends a stream in the caller's format."""
    return FORMATS[form].stream_error(Failure(status, code, message, param, request_id))
