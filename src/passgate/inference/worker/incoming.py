"""A client's request as Envoy hands it on."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from passgate.inference.translation import InboundFormat

if TYPE_CHECKING:
    from passgate.inference.worker.prompt_turn import PromptTurn

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Header = tuple[bytes, bytes]


@dataclass(slots=True)  # not frozen: every call makes one, and freezing takes three times as long
class Incoming:
    """One request, and the two ends of its connection."""

    form: InboundFormat
    """The format of its answer, of its errors at least."""
    method: str
    path: str
    query: bytes
    request_id: str
    headers: Mapping[str, str]
    """Those that the worker reads, names in lower case."""
    receive: Receive
    send: Send
    on_gone: Callable[[Callable[[], None]], None]
    """Has something done, at once, should the client go before it has its answer."""
    task: "asyncio.Task[None]"
    """That which answers it."""
    prompt: "PromptTurn | None" = None
    """The prompt on whose behalf a chat call is made; it decides what the usage line says."""

    def own_headers(self) -> list[Header]:
        """What every answer bears."""
        return [(b"x-request-id", self.request_id.encode("latin-1"))]
