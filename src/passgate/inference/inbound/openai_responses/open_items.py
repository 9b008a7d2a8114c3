"""The items of a streamed response while they are open, each telling its own events."""

from typing import Any

import orjson

from passgate.inference.exchange.content import Citation, Thinking
from passgate.inference.exchange.growing_text import GrowingText, KeptText
from passgate.inference.inbound.openai_responses import output
from passgate.inference.json_text import write_json
from passgate.inference.sse import sse_event

_NOTHING = KeptText(b"{}")


class EventLine:
    """Numbers the events, and keeps the items, as JSON, in the order in which they began."""

    def __init__(self) -> None:
        self._number = 0
        self._items: list[KeptText] = []

    @property
    def begun(self) -> int:
        """How many items have begun."""
        return len(self._items)

    def event(self, kind: str, **members: object) -> bytes:
        """One event."""
        document = {"type": kind, "sequence_number": self._number, **members}
        self._number += 1
        return sse_event(write_json(document), kind)

    def reserve(self) -> int:
        """The place of an item that begins."""
        self._items.append(_NOTHING)
        return len(self._items) - 1

    def keep(self, place: int, item: dict[str, Any]) -> None:
        """The item of that place is whole."""
        self._items[place] = KeptText(write_json(item))

    def items(self) -> list[orjson.Fragment]:
        """All items, for the last event."""
        return [orjson.Fragment(item.whole()) for item in self._items]


class OpenMessage:
    """Something being said, in parts that are text or refusal."""

    def __init__(self, line: EventLine, item_id: str) -> None:
        self._line = line
        self._id = item_id
        self._place = line.reserve()
        self._parts: list[dict[str, Any]] = []
        self._kind = ""
        self._said = GrowingText()
        self._citations: list[Citation] = []
        self._logprobs: list[dict[str, Any]] = []

    def begin(self) -> bytes:
        """The item is there."""
        item = output.message(self._id, [], "in_progress")
        return self._line.event("response.output_item.added", output_index=self._place, item=item)

    def say(self, kind: str, text: str) -> bytes:
        """More of a part of that kind (``output_text`` or ``refusal``)."""
        opening = b""
        if self._kind != kind:
            opening = self._close_part()
            self._kind = kind
            opening += self._about("response.content_part.added", part=_part(kind, "", []))
        if not text:
            return opening
        self._said.add(text)
        extra: dict[str, object] = {"logprobs": []} if kind == "output_text" else {}
        return opening + self._about(f"response.{kind}.delta", delta=text, **extra)

    def cite(self, citation: Citation) -> None:
        """The part rests on this; told when the part is whole, since only then its place is known."""
        self._citations.append(citation)

    def weigh(self, rows: list[dict[str, Any]]) -> bool:
        """How likely the tokens of the part were; False where it holds none."""
        if self._kind == "output_text":
            self._logprobs.extend(rows)
        return self._kind == "output_text"

    def close(self) -> bytes:
        """The item is whole."""
        rest = self._close_part()
        item = output.message(self._id, self._parts)
        self._line.keep(self._place, item)
        return rest + self._line.event("response.output_item.done", output_index=self._place, item=item)

    def _close_part(self) -> bytes:
        if not self._kind:
            return b""
        text = self._said.whole()
        notes = [output.annotation(citation, len(text)) for citation in self._citations]
        part = _part(self._kind, text, notes, self._logprobs)
        told = b"".join(
            self._about("response.output_text.annotation.added", annotation_index=index, annotation=note)
            for index, note in enumerate(notes)
        )
        extra: dict[str, object] = {"text": text, "logprobs": self._logprobs}
        if self._kind == "refusal":
            extra = {"refusal": text}
        told += self._about(f"response.{self._kind}.done", **extra)
        told += self._about("response.content_part.done", part=part)
        self._parts.append(part)
        self._kind, self._said, self._citations, self._logprobs = "", GrowingText(), [], []
        return told

    def _about(self, kind: str, **members: object) -> bytes:
        return self._line.event(
            kind, item_id=self._id, output_index=self._place, content_index=len(self._parts), **members
        )


class OpenThought:
    """Thoughts being told, as a summary of one part."""

    def __init__(self, line: EventLine, item_id: str) -> None:
        self._line = line
        self._id = item_id
        self._place = line.reserve()
        self._said = GrowingText()
        self._begun = False

    def begin(self) -> bytes:
        """The item is there."""
        item = output.reasoning(self._id, Thinking())
        return self._line.event("response.output_item.added", output_index=self._place, item=item)

    def say(self, text: str) -> bytes:
        """More thoughts."""
        opening = b""
        if not self._begun:
            self._begun = True
            opening = self._about("response.reasoning_summary_part.added", part=_summary(""))
        self._said.add(text)
        return opening + self._about("response.reasoning_summary_text.delta", delta=text)

    def close(self, sealed: Thinking | None = None) -> bytes:
        """The thoughts are whole, with their signature where there is one."""
        text = self._said.whole()
        told = b""
        if self._begun:
            told = self._about("response.reasoning_summary_text.done", text=text)
            told += self._about("response.reasoning_summary_part.done", part=_summary(text))
        given = sealed or Thinking()
        item = output.reasoning(self._id, Thinking(text, given.signature, given.data, given.format, given.id))
        self._line.keep(self._place, item)
        return told + self._line.event("response.output_item.done", output_index=self._place, item=item)

    def _about(self, kind: str, **members: object) -> bytes:
        return self._line.event(kind, item_id=self._id, output_index=self._place, summary_index=0, **members)


def _part(
    kind: str, text: str, annotations: list[dict[str, Any]], logprobs: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    return output.refusal(text) if kind == "refusal" else output.text(text, annotations, logprobs)


def _summary(text: str) -> dict[str, str]:
    return {"type": "summary_text", "text": text}
