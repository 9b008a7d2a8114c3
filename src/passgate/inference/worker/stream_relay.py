"""A vendor's stream on its way to the client."""

import asyncio
from collections.abc import Awaitable

from passgate.inference.translation import StreamTranslator
from passgate.inference.translator import takes_comments
from passgate.inference.worker.ai_call import AiCall
from passgate.inference.worker.answering import send_stream_head
from passgate.inference.worker.incoming import Send
from passgate.inference.worker.keep_alive import KeepAlive
from passgate.inference.worker.options import WorkerLimits
from passgate.inference.worker.refusals import VendorFailedError
from passgate.inference.worker.time_limit import TimeLimit
from passgate.inference.worker.vendor_client import VendorReply

_LINGER_SECONDS = 0.25
"""For the vendor to end a stream that has said why it stopped, before its last bytes are passed on all the same."""


class StreamRelay:
    """Passes on what the translator gives, as it comes, and holds back only the very last bytes.

    From the moment that the vendor has said why it stopped, bytes wait for the next chunk or the end: the usage line
    must be written before the answer is complete, and usage may be the last thing that the vendor says.
    """

    def __init__(self, call: AiCall, translator: StreamTranslator, reply: VendorReply, send: Send) -> None:
        self._call = call
        self._translator = translator
        self._reply = reply
        self._send = send
        self._held = b""
        self._keep_alive: KeepAlive | None = None

    def stop(self) -> None:
        """No more signs of life."""
        if self._keep_alive is not None:
            self._keep_alive.stop()

    async def run(self, limit: TimeLimit, limits: WorkerLimits, deadline: float) -> None:
        """Read to the end of the vendor's stream, or to its first fault.

        Args:
            limit: the time limit around this call; moved as the stream goes on.
            limits: how long the vendor may be silent.
            deadline: when the whole call must be over, on the loop's clock.

        Raises:
            VendorFailedError: the stream failed before anything was sent, so that another deployment may be tried.
        """
        loop, translator = asyncio.get_running_loop(), self._translator
        alive = KeepAlive(self._send, limits.keep_alive) if takes_comments(self._call.form) else None
        self._keep_alive = alive
        while True:
            try:
                if alive is not None:
                    alive.reading = True
                chunk = await (self._next() if self._held else self._reply.read())
            except VendorFailedError:
                # Whether the answer is complete all the same, the translator tells at its close.
                if not self._call.head_sent:
                    raise
                return
            if chunk is None:
                return
            if alive is not None:
                alive.reading, alive.last = False, loop.time()
            out = self._fed(chunk)
            if translator.error_code is not None:
                self._held += out
                return
            if out:
                limit.move(deadline)  # the client's slowness is not the vendor's
                await self._pass_on(out)
            if out or self._call.head_sent or limits.first_token is None:
                limit.move(min(deadline, loop.time() + limits.silence))

    def _fed(self, chunk: bytes) -> bytes:
        """What the client gets; a sign of life alone begins no answer, so that another deployment may be tried."""
        out = self._translator.feed(chunk)
        return b"" if not self._call.head_sent and out and _is_comment(out) else out

    async def _next(self) -> bytes | None:
        """The next chunk, while bytes are held back: after a while they go without it."""
        reading = asyncio.ensure_future(self._reply.read())
        try:
            await asyncio.wait((reading,), timeout=_LINGER_SECONDS)
            if not reading.done():
                held, self._held = self._held, b""
                await self._write(held)
            return await reading
        finally:
            reading.cancel()

    def _pass_on(self, out: bytes) -> Awaitable[None]:
        """What sends it, or what was held back. No coroutine around it: every chunk would go through it."""
        if self._translator.finish_reason is not None:
            return self._hold(out)
        if not self._call.head_sent:
            return self._write(out)
        return self._send({"type": "http.response.body", "body": out, "more_body": True})

    async def _hold(self, out: bytes) -> None:
        held, self._held = self._held, out
        if held:
            await self._write(held)

    async def _write(self, out: bytes) -> None:
        self._note_first()
        if not self._call.head_sent:
            await send_stream_head(self._send, self._call)
            if self._keep_alive is not None:
                self._keep_alive.start()
        await self._send({"type": "http.response.body", "body": out, "more_body": True})

    def _note_first(self) -> None:
        if self._call.first_token_ms is None:
            self._call.first_token_ms = self._call.elapsed_ms()

    def close(self) -> bytes:
        """The last bytes for the client; the translator then knows whether the answer is complete."""
        if self._held:
            self._note_first()
        return self._held + self._translator.close(request_id=self._call.request_id)

    async def finish(self, tail: bytes) -> None:
        """End the client's stream."""
        if not self._call.head_sent:
            await send_stream_head(self._send, self._call)
        await self._send({"type": "http.response.body", "body": tail, "more_body": False})


def _is_comment(out: bytes) -> bool:
    """Whether these whole events of an event stream say nothing."""
    return out.startswith(b":") and all(line.startswith(b":") for line in out.split(b"\n") if line.strip())
