"""A stream of an OpenAI-compatible vendor as neutral events."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from passgate.inference.dialects.openai.failure import read_failure
from passgate.inference.dialects.openai.finish import read_finish
from passgate.inference.dialects.openai.reply import (
    arguments_text,
    call_id,
    read_citations,
    read_logprobs,
    read_vendor_fields,
    thinking_text,
)
from passgate.inference.dialects.openai.thoughts import plain_thoughts
from passgate.inference.dialects.openai.usage import read_usage
from passgate.inference.exchange.chat_reply import FinishReason
from passgate.inference.exchange.content import VendorBlock
from passgate.inference.exchange.event_object import event_object
from passgate.inference.exchange.events import (
    Cited,
    Failed,
    Finished,
    RefusalDelta,
    Started,
    StreamEvent,
    TextDelta,
    ThinkingDelta,
    ThinkingSealed,
    ToolCallDelta,
    ToolCallStarted,
    UsageTold,
    VendorBlockSent,
)
from passgate.inference.exchange.ports import MakeId, VendorGarbageError
from passgate.inference.exchange.reading import as_count, as_list, as_object, as_text, as_text_or_none
from passgate.inference.exchange.reasoning_details import read_reasoning_details
from passgate.inference.sse import SseEvent

_DONE = b"[DONE]"
_MOST_CHOICES = 128
_MOST_CALLS = 1024


@dataclass(slots=True)
class _ChoiceState:
    """What must be remembered of one answer while it comes."""

    slots: dict[int, int] = field(default_factory=dict)
    """The vendor's index of a tool call, and our slot."""
    ids: list[str] = field(default_factory=list)
    refused: bool = False
    finished: bool = False


class ChunkDecoder:
    """Reads chat completion chunks."""

    def __init__(self, make_id: MakeId) -> None:
        self._make_id = make_id
        self._done = False
        self._started = False
        self._id = ""
        self._choices: dict[int, _ChoiceState] = {}

    @property
    def complete(self) -> bool:
        """A choice began, and either all that began have finished or ``[DONE]`` was said."""
        return bool(self._choices) and (self._done or all(state.finished for state in self._choices.values()))

    def see(self, event: SseEvent) -> list[StreamEvent]:
        """The neutral events of one event."""
        data = event.data
        if data is None:
            return []
        if data.strip() == _DONE:
            self._done = True
            return []
        document = event_object(data)
        return list(self._read(document))

    def _read(self, document: dict[str, Any]) -> Iterator[StreamEvent]:
        choices = document.get("choices")
        if document.get("error") is not None or choices is None:
            failure = read_failure(document)
            if failure is not None:
                yield Failed(failure)
                return
        if not choices and not document.get("id") and not document.get("usage"):
            return  # Azure begins with what its filters think of the prompt
        if not self._started:
            self._started = True
            self._id = as_text(document.get("id")) or self._make_id()
            yield Started(self._id, as_text(document.get("model")), as_count(document.get("created")) or None)
        for choice in as_list(choices):
            if not isinstance(choice, dict):
                raise VendorGarbageError("a choice is not an object")
            yield from self._read_choice(choice)
        usage = read_usage(document)
        if usage is not None:
            yield UsageTold(usage)

    def _read_choice(self, choice: dict[str, Any]) -> Iterator[StreamEvent]:
        index = as_count(choice.get("index"))
        if index >= _MOST_CHOICES:
            raise VendorGarbageError("too many choices")
        state = self._choices.setdefault(index, _ChoiceState())
        delta = as_object(choice.get("delta"))
        yield from _thoughts(delta, index)
        yield from _said(delta, index)
        refusal = as_text(delta.get("refusal"))
        if refusal:
            state.refused = True
            yield RefusalDelta(refusal, index)
        for citation in read_citations(delta):
            yield Cited(citation, index)
        for block in (*read_vendor_fields(delta), *read_logprobs(choice)):
            yield VendorBlockSent(block, index)
        for call in as_list(delta.get("tool_calls")):
            yield from self._read_call(as_object(call), state, index)
        reason = read_finish(choice.get("finish_reason"))
        if reason is not None and not state.finished:
            state.finished = True
            stopped_by = as_text_or_none(choice.get("stop_reason"))
            yield Finished(_finish_with(reason, state, stopped_by), stopped_by, index)

    def _read_call(self, call: dict[str, Any], state: _ChoiceState, choice: int) -> Iterator[StreamEvent]:
        function = as_object(call.get("function"))
        name = as_text_or_none(function.get("name"))
        told = call.get("index")
        index = told if isinstance(told, int) else max(len(state.ids) - 1, 0)
        slot = state.slots.get(index)
        told_id = as_text_or_none(call.get("id"))
        # Some vendors give every call the same index: another id with a name is another call.
        another = slot is not None and name is not None and told_id is not None and told_id != state.ids[slot]
        if slot is None or another:
            if name is None or len(state.ids) >= _MOST_CALLS:
                raise VendorGarbageError("a tool call without a name, or too many")
            slot = len(state.ids)
            state.slots[index] = slot
            state.ids.append(call_id(call, self._id, slot))
            yield ToolCallStarted(slot, state.ids[slot], name, choice)
        arguments = arguments_text(function.get("arguments"))
        if arguments:
            yield ToolCallDelta(slot, arguments, choice)


def _finish_with(reason: FinishReason, state: _ChoiceState, stopped_by: str | None) -> FinishReason:
    if reason != "stop":
        return reason
    if state.ids:
        return "tool_calls"
    if state.refused:
        return "refusal"
    return "stop_sequence" if stopped_by is not None else "stop"


def _thoughts(delta: dict[str, Any], index: int) -> Iterator[StreamEvent]:
    details = read_reasoning_details(as_list(delta.get("reasoning_details")), "")
    plain = plain_thoughts(delta)
    if plain:
        yield ThinkingDelta(plain, index)
    for thought in details:
        if thought.text and not plain:
            yield ThinkingDelta(thought.text, index)
        if thought.signature is not None or thought.data is not None:
            yield ThinkingSealed(thought.signature, thought.data, thought.format, thought.id, index)


def _said(delta: dict[str, Any], index: int) -> Iterator[StreamEvent]:
    content = delta.get("content")
    if isinstance(content, str):
        if content:
            yield TextDelta(content, index)
        return
    for item in as_list(content):
        part = as_object(item)
        kind = part.get("type")
        if kind == "text":
            yield TextDelta(as_text(part.get("text")), index)
        elif kind == "thinking":
            yield ThinkingDelta(thinking_text(part), index)
        elif part:
            yield VendorBlockSent(VendorBlock("openai", part), index)
