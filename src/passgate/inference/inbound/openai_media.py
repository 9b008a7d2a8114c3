"""OpenAI's formats for pictures, sound and moderation: they pass to vendors that have them.

https://platform.openai.com/docs/api-reference/images, …/audio and …/moderations
"""

from collections.abc import Callable, Mapping
from typing import Any

from passgate.contracts.inference_config import ModelKind
from passgate.inference.exchange.ports import Addressed, Format
from passgate.inference.form_data import FormDataError, form_document, read_form
from passgate.inference.inbound.field_checks import check_model, check_stream
from passgate.inference.inbound.openai_errors import error_body, stream_error
from passgate.inference.translation import InboundFormat, InvalidRequestError

_DEFAULT_MODERATION = "omni-moderation-latest"


def read_media_form(raw: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
    """The text fields of a form; ``stream`` as the truth value that it means.

    Raises:
        InvalidRequestError: the body is no form.
    """
    try:
        document = form_document(raw, read_form(raw, headers.get("content-type", "")))
    except FormDataError as error:
        raise InvalidRequestError(f"The body cannot be read: {error}.", code="invalid_form") from error
    stream = document.get("stream")
    if isinstance(stream, str):
        known = {"true": True, "false": False, "": False}
        document["stream"] = known.get(stream.lower(), stream)
    return document


def _asks_for(*names: str) -> Callable[[dict[str, Any]], None]:
    """A check that these fields are there, besides a model."""

    def check(document: dict[str, Any]) -> None:
        check_model(document)
        check_stream(document)
        for name in names:
            if document.get(name) is None or not document[name]:
                raise InvalidRequestError(f"The field '{name}' is missing.", code="missing_field", field=name)

    return check


def _check_speech(document: dict[str, Any]) -> None:
    _asks_for("input", "voice")(document)
    if document.get("stream_format") not in {None, "audio", "sse"}:
        raise InvalidRequestError("The field 'stream_format' must be audio or sse.", field="stream_format")


def _addressed_in_speech(document: dict[str, Any], _: Mapping[str, str]) -> Addressed:
    """``stream_format`` asks for a stream of events, as ``stream`` does elsewhere."""
    return Addressed(document["model"], document.get("stream_format") == "sse")


def _check_moderation(document: dict[str, Any]) -> None:
    _asks_for("input")({"model": _DEFAULT_MODERATION, **document})


def _addressed_in_moderation(document: dict[str, Any], _: Mapping[str, str]) -> Addressed:
    """OpenAI has a model for those who name none."""
    return Addressed(document.get("model", _DEFAULT_MODERATION), stream=False)


def _form(name: InboundFormat, check: Callable[[dict[str, Any]], None], kind: ModelKind) -> Format:
    return Format(name, check, error_body, stream_error, kind=kind, read=read_media_form)


IMAGES = Format("openai-images", _asks_for("prompt"), error_body, stream_error, kind="image")
IMAGE_EDITS = _form("openai-image-edits", _asks_for("prompt"), "image")
SPEECH = Format("openai-speech", _check_speech, error_body, stream_error, kind="audio", addressed=_addressed_in_speech)
TRANSCRIPTIONS = _form("openai-transcriptions", _asks_for("file"), "audio")
TRANSLATIONS = _form("openai-translations", _asks_for("file"), "audio")
MODERATIONS = Format(
    "openai-moderations",
    _check_moderation,
    error_body,
    stream_error,
    kind="moderation",
    addressed=_addressed_in_moderation,
)
