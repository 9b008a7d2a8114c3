"""An answer on its way to the client, taken down for the cache."""

from dataclasses import dataclass, field

from passgate.inference.policies.answer_cache import StoredAnswer
from passgate.inference.policies.shared_answers import SharedAnswers
from passgate.inference.worker.ai_call import AiCall, Ending, answered_model
from passgate.inference.worker.answering import call_headers
from passgate.inference.worker.incoming import Message, Send

_OK = 200
_FINISHED = ("stop", "stop_sequence", "length", "tool_calls", None)
"""An answer that was refused or filtered may be better the next time. Vectors have no reason to end."""


@dataclass(slots=True)
class RecordedAnswer:
    """Hands messages on and keeps a copy, as long as the answer is one that may be kept."""

    send_on: Send
    cache: SharedAnswers
    key: bytes
    seconds: int
    ending: Ending | None = None
    _parts: list[bytes] = field(default_factory=list)
    _size: int = 0
    _content_type: bytes = b""
    _complete: bool = False

    async def send(self, message: Message) -> None:
        """Send a message to the client."""
        if message["type"] == "http.response.start":
            self._content_type = dict(message["headers"]).get(b"content-type", b"")
            message["headers"].append((b"x-passgate-cache", b"miss"))
        elif self._size <= self.cache.largest:
            self._parts.append(message["body"])
            self._size += len(message["body"])
            self._complete = not message.get("more_body", False)
        await self.send_on(message)

    def keep(self, call: AiCall) -> None:
        """Put the answer into the cache, if it came to a good end."""
        ending = self.ending
        if ending is None or not self._complete or (ending.status, ending.outcome) != (_OK, "ok"):
            return
        if ending.finish_reason not in _FINISHED or answered_model(call) is not None:
            return  # the model that was asked for may be back the next time
        provider = call.deployment.provider_header if call.deployment is not None else b""
        answer = StoredAnswer(self._content_type, b"".join(self._parts), ending.finish_reason, provider)
        self.cache.put(self.key, answer, self.seconds)


async def send_stored(send: Send, call: AiCall, answer: StoredAnswer) -> None:
    """Answer from the cache; a stream is all there at once."""
    headers = [
        *call_headers(call),
        (b"x-passgate-cache", b"hit"),
        (b"content-type", answer.content_type),
        (b"content-length", b"%d" % len(answer.body)),
    ]
    call.head_sent = True
    await send({"type": "http.response.start", "status": _OK, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
