"""Pictures, sound and moderation on their way to a vendor that has them as OpenAI does."""

from collections.abc import Callable, Mapping
from typing import Any

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.dialects.openai.failure import read_failure
from passgate.inference.dialects.openai.native import written_body
from passgate.inference.dialects.openai.profile import endpoint, read_profile, request_headers
from passgate.inference.exchange.event_object import watched_object
from passgate.inference.exchange.ports import Findings, NativeWire, Outgoing, VendorGarbageError
from passgate.inference.exchange.reading import as_count, as_list, as_object
from passgate.inference.form_data import read_form, with_texts
from passgate.inference.sse import SseEvent
from passgate.inference.translation import InboundFormat, ParsedRequest, Target, VendorRequest

_LAST = (".completed", ".done")


def read_media_usage(document: dict[str, Any]) -> TokenUsage | None:
    """The usage of a picture, a transcript or spoken words; pictures are counted too.

    A transcript of a model that is charged by the second tells ``{"type": "duration"}``, which is no tokens.
    """
    usage = as_object(document.get("usage"))
    pictures = sum(1 for one in as_list(document.get("data")) if as_object(one).keys() & {"b64_json", "url"})
    if not usage and not pictures:
        return None
    details = as_object(usage.get("input_tokens_details")) or as_object(usage.get("input_token_details"))
    return TokenUsage(
        input=as_count(usage.get("input_tokens")),
        output=as_count(usage.get("output_tokens")),
        cached_input=as_count(details.get("cached_tokens")),
        input_audio=as_count(details.get("audio_tokens")),
        images=pictures,
    )


def inspect_media(document: dict[str, Any]) -> Findings:
    """Find usage, or an error in a success."""
    if document.get("error"):
        failure = read_failure(document)
        if failure is None:
            raise VendorGarbageError("an unreadable error")
        return Findings(failure=failure)
    return Findings(read_media_usage(document))


class MediaWatcher:
    """Reads along in a stream of pictures, sound or a transcript."""

    def __init__(self) -> None:
        self.findings = Findings()
        self._ended = False

    @property
    def complete(self) -> bool:
        """The last event came."""
        return self._ended

    def see(self, event: SseEvent) -> bool:
        """Read one event; none is nothing but the usage."""
        if event.data is None:
            return False
        if event.data.strip() == b"[DONE]":
            self._ended = True
            return False
        document = watched_object(event.data)
        if document.get("error"):
            self.findings.failure = read_failure(document)
        kind = document.get("type")
        self._ended = self._ended or (isinstance(kind, str) and kind.endswith(_LAST))
        self.findings.usage = read_media_usage(document) or self.findings.usage
        return False

    def ending(self) -> bytes:
        """A complete stream lacks nothing."""
        return b""


def _preparing(path: str) -> Callable[[ParsedRequest, Target], Outgoing]:
    def prepare(parsed: ParsedRequest, target: Target) -> Outgoing:
        profile = read_profile(target.profile)
        body, dropped = written_body(parsed, target, profile, {})
        return Outgoing(VendorRequest("POST", endpoint(target, path), request_headers(target, profile), body), dropped)

    return prepare


def _preparing_form(path: str) -> Callable[[ParsedRequest, Target], Outgoing]:
    def prepare(parsed: ParsedRequest, target: Target) -> Outgoing:
        content_type = parsed.headers["content-type"]
        body = with_texts(parsed.raw, read_form(parsed.raw, content_type), {"model": target.vendor_model})
        headers = {**request_headers(target, read_profile(target.profile)), "content-type": content_type}
        return Outgoing(VendorRequest("POST", endpoint(target, path), headers, body))

    return prepare


MEDIA: Mapping[InboundFormat, NativeWire] = {
    "openai-images": NativeWire(_preparing("/images/generations"), inspect_media, MediaWatcher),
    "openai-image-edits": NativeWire(_preparing_form("/images/edits"), inspect_media, MediaWatcher),
    "openai-speech": NativeWire(_preparing("/audio/speech"), inspect_media, MediaWatcher),
    "openai-transcriptions": NativeWire(_preparing_form("/audio/transcriptions"), inspect_media, MediaWatcher),
    "openai-translations": NativeWire(_preparing_form("/audio/translations"), inspect_media, MediaWatcher),
    "openai-moderations": NativeWire(_preparing("/moderations"), inspect_media, MediaWatcher),
}
