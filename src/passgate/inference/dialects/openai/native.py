"""OpenAI's own format on its way to an OpenAI-compatible vendor: bytes unchanged where nothing must change."""

from typing import Any

from passgate.inference.dialects.openai.failure import read_failure
from passgate.inference.dialects.openai.finish import read_finish
from passgate.inference.dialects.openai.gpt_model import tools_need_responses
from passgate.inference.dialects.openai.profile import OpenAIProfile, endpoint, read_profile, request_headers
from passgate.inference.dialects.openai.usage import read_usage
from passgate.inference.exact_document import exact_document
from passgate.inference.exchange.mistral_client import needs_other_words
from passgate.inference.exchange.ports import Findings, NativeWire, Outgoing, VendorEndedEarlyError, VendorGarbageError
from passgate.inference.exchange.said_text import said_bytes
from passgate.inference.json_text import names_model_once, read_json, with_member, with_model, write_json
from passgate.inference.sse import SseEvent
from passgate.inference.translation import ParsedRequest, Target, VendorRequest

_DONE = b"[DONE]"
_REASONING = b'"reasoning'
_THOUGHTS = ("reasoning", "reasoning_content", "reasoning_details")


def prepare_chat(parsed: ParsedRequest, target: Target) -> Outgoing:
    """Pass a chat request on."""
    profile = read_profile(target.profile)
    document = parsed.document
    options = document.get("stream_options")
    wants_usage = isinstance(options, dict) and options.get("include_usage") is True
    asks_usage = parsed.stream and profile.stream_usage and not wants_usage
    edits: dict[str, Any] = {}
    if asks_usage:
        edits["stream_options"] = {**(options if isinstance(options, dict) else {}), "include_usage": True}
    if profile.adds:
        edits.update((name, value) for name, value in profile.adds.items() if name not in document)
    thoughts = _thoughts_in(parsed, profile)
    if thoughts:
        edits["messages"] = [_without(message, thoughts) for message in exact_document(parsed)["messages"]]
    body, dropped = written_body(parsed, target, profile, edits)
    dropped = (*dropped, *(f"messages.{name}" for name in thoughts))
    url = endpoint(target, profile.chat_path)
    request = VendorRequest("POST", url, request_headers(target, profile), body)
    return Outgoing(request, dropped, hide_usage=parsed.stream and not wants_usage)


def _thoughts_in(parsed: ParsedRequest, profile: OpenAIProfile) -> list[str]:
    """The members of messages that hold thoughts, of an answer of another vendor's, which this one refuses."""
    if not profile.strict_messages or _REASONING not in parsed.raw:
        return []
    names = [name for name in _THOUGHTS if name != profile.reasoning_field]
    messages = [message for message in parsed.document["messages"] if isinstance(message, dict)]
    return [name for name in names if any(name in message for message in messages)]


def _without(message: object, names: list[str]) -> object:
    if not isinstance(message, dict):
        return message
    return {name: value for name, value in message.items() if name not in names}


def prepare_embeddings(parsed: ParsedRequest, target: Target) -> Outgoing:
    """Pass a request for embeddings on."""
    profile = read_profile(target.profile)
    edits = {name: value for name, value in profile.adds_to_embeddings.items() if name not in parsed.document}
    body, dropped = written_body(parsed, target, profile, edits)
    url = endpoint(target, profile.embeddings_path)
    return Outgoing(VendorRequest("POST", url, request_headers(target, profile), body), dropped)


def written_body(
    parsed: ParsedRequest, target: Target, profile: OpenAIProfile, edits: dict[str, Any]
) -> tuple[bytes, tuple[str, ...]]:
    """The client's body for the vendor, its bytes kept where that is possible, and the fields it refuses."""
    document = parsed.document
    refuses = profile.refuses
    dropped = tuple([name for name in refuses if document.get(name) is not None]) if refuses else ()
    renames = _renames(document, profile)
    if not dropped and not renames and names_model_once(parsed.raw) and not edits.keys() & document.keys():
        body = parsed.raw if target.vendor_model == parsed.model else with_model(parsed.raw, target.vendor_model)
        if body is not None:
            for name, value in edits.items():
                body = with_member(body, name, value)
            return body, ()
    exact = exact_document(parsed)
    changed = {renames.get(name, name): value for name, value in exact.items() if name not in dropped}
    return write_json({**changed, **edits, "model": target.vendor_model}), dropped


def _renames(document: dict[str, Any], profile: OpenAIProfile) -> dict[str, str]:
    renames = {name: other for name, other in profile.renames.items() if name in document} if profile.renames else {}
    if profile.max_tokens_field == "max_tokens" and "max_completion_tokens" in document:
        renames["max_completion_tokens"] = "max_tokens"
    return renames


def inspect_chat(document: dict[str, Any]) -> Findings:
    """Find usage and finish reason of a chat completion."""
    choices = document.get("choices")
    if not isinstance(choices, list):
        failure = read_failure(document)
        if failure is None:
            raise VendorGarbageError("no choices")
        return Findings(failure=failure)
    first = choices[0] if choices else None
    reason = read_finish(first.get("finish_reason")) if isinstance(first, dict) else None
    return Findings(read_usage(document), reason)


def inspect_embeddings(document: dict[str, Any]) -> Findings:
    """Find the usage of embeddings."""
    if not isinstance(document.get("data"), list):
        failure = read_failure(document)
        if failure is None:
            raise VendorGarbageError("no data")
        return Findings(failure=failure)
    return Findings(read_usage(document))


class ChatWatcher:
    """Reads along in a stream of chat completion chunks."""

    def __init__(self) -> None:
        self.findings = Findings()
        self._done = False
        self._began = False
        self._open: set[int] = set()

    @property
    def complete(self) -> bool:
        """A choice began, and either all that began have a finish reason or ``[DONE]`` was said."""
        return self._began and (self._done or not self._open)

    def see(self, event: SseEvent) -> bool:
        """Read one event; True where it is nothing but the usage."""
        data = event.data
        if data is None:
            return False
        if data == _DONE:
            return self._end()
        try:
            document = read_json(data)
        except ValueError as error:
            if data.strip() == _DONE:
                return self._end()
            raise VendorGarbageError("an event is not JSON") from error
        if not isinstance(document, dict):
            raise VendorGarbageError("an event is not an object")
        choices = document.get("choices")
        if isinstance(choices, list):
            for choice in choices:
                self._see_choice(choice)
        usage = read_usage(document)
        if usage is not None:
            self.findings.count(usage)
        if document.get("error") is not None or choices is None:
            self.findings.failure = self.findings.failure or read_failure(document)
        return usage is not None and not choices and document.get("usage") is not None

    def _end(self) -> bool:
        """The end mark: a client that gets it asks for nothing more, so it must not end an answer that never began."""
        if not self._began:
            raise VendorEndedEarlyError("the end mark before any choice")
        self._done = True
        return False

    def _see_choice(self, choice: object) -> None:
        if not isinstance(choice, dict):
            raise VendorGarbageError("a choice is not an object")
        index = choice.get("index")
        index = index if isinstance(index, int) else 0
        self._began = True
        delta = choice.get("delta")
        if delta:
            # Nearly every event is so; a call each would cost as much again.
            text = delta.get("content") if type(delta) is dict and len(delta) == 1 else None
            self.findings.uncounted += len(text) if type(text) is str and text.isascii() else said_bytes(delta)
        reason = choice.get("finish_reason")
        if reason is None:
            self._open.add(index)
        else:
            self._open.discard(index)
            self.findings.finish_reason = self.findings.finish_reason or read_finish(reason)

    def ending(self) -> bytes:
        """The end mark, where the vendor left it out."""
        return b"" if self._done else b"data: [DONE]\n\n"


def answers_chat(target: Target) -> bool:
    """Whether the model answers chat completions: some answer Responses alone."""
    return not target.vendor_model.startswith(read_profile(target.profile).responses_only)


def passes_chat(parsed: ParsedRequest, target: Target) -> bool:
    """Whether this request gets an answer as a chat: some models call functions by Responses alone."""
    document = parsed.document
    if needs_other_words(parsed, target):
        return False
    if document.get("tools") and tools_need_responses(target, document.get("reasoning_effort")):
        return False
    return answers_chat(target)


def passes_embeddings(parsed: ParsedRequest, target: Target) -> bool:
    """Whether the client words its request, and reads the answer, as this vendor does."""
    return not needs_other_words(parsed, target)


CHAT = NativeWire(prepare_chat, inspect_chat, ChatWatcher, passes_chat)
EMBEDDINGS = NativeWire(prepare_embeddings, inspect_embeddings, ChatWatcher, passes_embeddings)
