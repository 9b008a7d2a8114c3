"""One request to one model on behalf of a prompt, its answer held back until it is known what becomes of it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.json_text import Json, read_json
from passgate.inference.prompts.answer_stream import AnswerStream
from passgate.inference.worker.ai_call import AiCall, Ending
from passgate.inference.worker.body_log import BodyTap
from passgate.inference.worker.incoming import Header, Message, Send

_OK = 200
_OF_THE_FORM = (b"content-type", b"content-length", b"cache-control")
_STREAM_HEADERS: tuple[Header, ...] = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
)


@dataclass(slots=True)
class PromptTurn:
    """Stands where the client of a chat call would: takes its answer, and its usage line."""

    team_id: str | None
    """The prompt's, among whose models its own is looked up; None: among those of the caller."""
    write: Callable[[AiCall, Ending], None]
    """Writes a usage line that is final."""
    stream: AnswerStream | None
    """Given where the caller wants a stream; a successful one is passed on as it comes."""
    send_on: Send
    service_id: str | None = None
    """The prompt's; None: nobody has published it."""
    allowed: frozenset[str] | None = None
    """The models that may answer, fallbacks too; None: all."""
    status: int | None = None
    """None: nobody was there to be answered."""
    headers: list[Header] = field(default_factory=list)
    """Those of the gate, without what describes the body."""
    call: AiCall | None = None
    ending: Ending | None = None
    tap: BodyTap | None = None
    """Hears what the model answers, where the application wants that kept."""
    streamed: bool = False
    """The caller has the answer, or its beginning."""
    _parts: list[bytes] = field(default_factory=list)

    def keep(self, call: AiCall, ending: Ending) -> None:
        """The call has ended; of a stream, nothing can be told otherwise any more."""
        self.call, self.ending = call, ending
        if self.streamed:
            self.write(call, ending)

    async def send(self, message: Message) -> None:
        """Take a part of the answer."""
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif self.streamed and self.stream is not None:
            await self._pass_on(self.stream, message)
        else:
            self._parts.append(message.get("body", b""))

    async def _begin(self, message: Message) -> None:
        self.status = message["status"]
        kind = dict(message["headers"]).get(b"content-type", b"")
        self.headers = [(name, value) for name, value in message["headers"] if name not in _OF_THE_FORM]
        if self.stream is None or self.status != _OK or not kind.startswith(b"text/event-stream"):
            return
        self.streamed = True
        if self.call is not None and self.ending is not None:  # from the cache: it ended before it began
            self.write(self.call, self.ending)
        head = {"type": "http.response.start", "status": _OK, "headers": [*self.headers, *_STREAM_HEADERS]}
        await self.send_on(head)

    async def _pass_on(self, stream: AnswerStream, message: Message) -> None:
        more = message.get("more_body", False)
        out = stream.feed(message.get("body", b""))
        if not more:
            out += stream.end(self.usage())
        if out or not more:
            await self.send_on({"type": "http.response.body", "body": out, "more_body": more})

    def document(self) -> Json:
        """The answer's body; None where it is not JSON."""
        try:
            return read_json(b"".join(self._parts))
        except ValueError:
            return None

    @property
    def asked_vendor(self) -> bool:
        """Whether a deployment was chosen."""
        return self.call is not None and self.call.deployment is not None

    @property
    def got_somewhere(self) -> bool:
        """Whether a deployment was chosen, or the cache answered; not so where the call was refused before."""
        return self.call is not None and (self.call.deployment is not None or self.call.cached)

    @property
    def code(self) -> str | None:
        """Why it did not go well."""
        return self.ending.error_code if self.ending is not None else None

    def ended_as(self, status: int, code: str | None) -> None:
        """Let the usage line say that the prompt could not use it, and why."""
        if self.ending is not None:
            self.ending = self.ending._replace(status=status, outcome="error", error_code=code)

    def tokens(self) -> TokenUsage:
        """What was used."""
        return (self.ending.usage if self.ending is not None else None) or TokenUsage()

    def usage(self) -> dict[str, int]:
        """The same for the caller."""
        tokens = self.tokens()
        return {"input_tokens": tokens.input, "output_tokens": tokens.output}

    def cost(self) -> int:
        """Micro-dollars."""
        call, ending = self.call, self.ending
        if call is None or ending is None or ending.usage is None or call.deployment is None:
            return 0
        price = call.deployment.price
        return price.cost(ending.usage) if price is not None else 0
