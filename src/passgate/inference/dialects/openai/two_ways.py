"""OpenAI's two ways to talk to a model: chat completions, and Responses for the models that answer nothing else."""

from typing import Any

from passgate.inference.dialects.openai.gpt_model import tools_need_responses, wanted_effort
from passgate.inference.dialects.openai.native import answers_chat
from passgate.inference.dialects.openai.reply import read_reply
from passgate.inference.dialects.openai.request import write_request
from passgate.inference.dialects.openai.responses.reply import read_response
from passgate.inference.dialects.openai.responses.request import write_responses_request
from passgate.inference.dialects.openai.responses.stream import ResponseDecoder
from passgate.inference.dialects.openai.stream import ChunkDecoder
from passgate.inference.exchange.chat_reply import ChatReply
from passgate.inference.exchange.chat_request import ChatRequest
from passgate.inference.exchange.events import StreamEvent
from passgate.inference.exchange.ports import MakeId, Outgoing
from passgate.inference.sse import SseEvent
from passgate.inference.translation import ParsedRequest, Target

_RESPONSE_EVENT = b'"type":"response.'


def write_either(request: ChatRequest, parsed: ParsedRequest, target: Target) -> Outgoing:
    """Write the request in the form that the model answers."""
    calls_tools = bool(request.tools) and tools_need_responses(target, wanted_effort(request.reasoning))
    write = write_request if answers_chat(target) and not calls_tools else write_responses_request
    return write(request, parsed, target)


def read_either(document: dict[str, Any], make_id: MakeId) -> ChatReply:
    """Read an answer of either form; each says which it is."""
    of_responses = isinstance(document, dict) and document.get("object") == "response"
    return read_response(document, make_id) if of_responses else read_reply(document, make_id)


class EitherDecoder:
    """Reads a stream of either form; its first event with data says which it is."""

    def __init__(self, make_id: MakeId) -> None:
        self._make_id = make_id
        self._decoder: ChunkDecoder | ResponseDecoder | None = None

    @property
    def complete(self) -> bool:
        """The stream has said all that it must say."""
        return self._decoder is not None and self._decoder.complete

    def see(self, event: SseEvent) -> list[StreamEvent]:
        """The neutral events of one event."""
        if self._decoder is None:
            if event.data is None:
                return []
            of_responses = _RESPONSE_EVENT in event.data.replace(b" ", b"")
            self._decoder = (ResponseDecoder if of_responses else ChunkDecoder)(self._make_id)
        return self._decoder.see(event)
