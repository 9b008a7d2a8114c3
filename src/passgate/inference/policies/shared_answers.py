"""Answers that all workers of all nodes share, in a Valkey (or Redis); in a worker's memory where there is none."""

import asyncio
import contextlib
import logging
from typing import Any

import orjson

from passgate.inference.policies.answer_cache import AnswerCache, StoredAnswer
from passgate.inference.policies.generations import WIDTH, Generations

_log = logging.getLogger("passgate.inference")

_PREFIX = b"{passgate}:answer:"
_MARKS = b"{passgate}:answer-marks"
"""As :class:`Generations` has them, for all nodes."""
_CONNECTIONS = 16
_TIMEOUT_SECONDS = 0.3
"""A cache that takes longer than that to answer is no help."""
_REST_SECONDS = 1.0
"""Before a Valkey that did not answer is asked again."""
_MOST_WAITING = 64
"""Answers on their way to the Valkey; further ones are not kept, so that memory stays bounded."""


class SharedAnswers:
    """Looks in the Valkey where one is configured, and in the worker's own memory while it is away."""

    def __init__(self, memory: AnswerCache, url: str | None, generations: Generations | None = None) -> None:
        """Make it; it connects when it is first used.

        Args:
            memory: the worker's own.
            url: ``valkey://``, ``redis://``, ``rediss://`` or ``unix://``; None: memory alone.
            generations: of what is kept in the memories of the node's workers; None: of this worker's.
        """
        self._memory = memory
        self._generations = Generations(None) if generations is None else generations
        self._owed: dict[int, bytes] = {}
        """Changes that the Valkey was not told of yet."""
        self._client: Any = None
        self._away: tuple[type[Exception], ...] = (OSError, TimeoutError)
        """What says that the Valkey is away."""
        if url is not None:
            from valkey.asyncio import BlockingConnectionPool, Valkey  # noqa: PLC0415 - only where there is a Valkey
            from valkey.asyncio.retry import Retry  # noqa: PLC0415 - as above
            from valkey.backoff import NoBackoff  # noqa: PLC0415 - as above
            from valkey.exceptions import ValkeyError  # noqa: PLC0415 - as above

            self._away += (ValkeyError,)
            pool = BlockingConnectionPool.from_url(
                url,
                max_connections=_CONNECTIONS,
                timeout=_TIMEOUT_SECONDS,
                socket_timeout=_TIMEOUT_SECONDS,
                socket_connect_timeout=_TIMEOUT_SECONDS,
                retry=Retry(NoBackoff(), 0),
            )
            self._client = Valkey(connection_pool=pool)
        self._waiting: set[asyncio.Task[None]] = set()
        self._away_until = 0.0

    @property
    def largest(self) -> int:
        """Bytes of the largest answer that is kept."""
        return self._memory.largest

    async def get(self, key: bytes) -> StoredAnswer | None:
        """The answer, where it is there and not too old."""
        if not self._is_there():
            return self._memory.get(key)
        try:
            return _read(await self._client.get(_PREFIX + key))
        except self._away as error:
            self._note_away(error)
            return self._memory.get(key)

    async def find(self, key: bytes, place: int) -> tuple[StoredAnswer | None, bytes]:
        """The answer as :meth:`get` has it, and the generation of its place."""
        if self._is_there():
            try:
                await self._pay()
                asked = self._client.pipeline(transaction=False).get(_PREFIX + key).getrange(_MARKS, *_span(place))
                found, mark = await asked.execute()
                return _read(found), _shared(mark)
            except self._away as error:
                self._note_away(error)
        return self._memory.get(key), self._generations.at(place)

    async def generation(self, place: int) -> bytes:
        """That of what is kept of a place from now on; what is kept of another one is not to be given."""
        if self._is_there():
            try:
                await self._pay()
                return _shared(await self._client.getrange(_MARKS, *_span(place)))
            except self._away as error:
                self._note_away(error)
        return self._generations.at(place)

    async def give_up(self, place: int, mark: bytes) -> None:
        """Begin another generation of a place; where the Valkey is away, it is told before it is asked again.

        Args:
            place: whose answers may not be given any more.
            mark: that it has not had before.
        """
        self._generations.change(place, mark)
        if self._client is None:
            return
        self._owed[place] = mark
        if self._is_there():
            try:
                await self._pay()
            except self._away as error:
                self._note_away(error)

    def put(self, key: bytes, answer: StoredAnswer, seconds: int) -> None:
        """Keep an answer for so many seconds; the call does not wait for it."""
        if len(answer.body) > self.largest:
            return
        if not self._is_there():
            self._memory.put(key, answer, seconds)
        elif len(self._waiting) < _MOST_WAITING:
            task = asyncio.get_running_loop().create_task(self._write(key, answer, seconds))
            self._waiting.add(task)
            task.add_done_callback(self._waiting.discard)

    async def close(self) -> None:
        """Wait a moment for what is on its way, and close."""
        if self._waiting:
            await asyncio.wait(tuple(self._waiting), timeout=_TIMEOUT_SECONDS)
        if self._client is not None:
            with contextlib.suppress(*self._away):
                await self._client.connection_pool.disconnect()

    async def _pay(self) -> None:
        while self._owed:
            place, mark = next(iter(self._owed.items()))
            await self._client.setrange(_MARKS, _span(place)[0], mark)
            if self._owed.get(place) == mark:
                del self._owed[place]

    async def _write(self, key: bytes, answer: StoredAnswer, seconds: int) -> None:
        try:
            await self._client.set(_PREFIX + key, _written(answer), ex=seconds)
        except self._away as error:
            self._note_away(error)
            self._memory.put(key, answer, seconds)

    def _is_there(self) -> bool:
        return self._client is not None and asyncio.get_running_loop().time() >= self._away_until

    def _note_away(self, error: Exception) -> None:
        self._away_until = asyncio.get_running_loop().time() + _REST_SECONDS
        _log.warning("the Valkey of the cache is away (%s); answers are kept in memory meanwhile", type(error).__name__)


def _span(place: int) -> tuple[int, int]:
    return place * WIDTH, place * WIDTH + WIDTH - 1


def _shared(mark: bytes) -> bytes:
    """A generation of the Valkey's, which none of a memory's is like; beyond the last mark there is nothing."""
    return b"v" + mark.ljust(WIDTH, b"\0")


def _written(answer: StoredAnswer) -> bytes:
    about = (answer.content_type.decode("latin-1"), answer.finish_reason, answer.provider.decode("latin-1"))
    return orjson.dumps(about) + b"\n" + answer.body


def _read(found: bytes | None) -> StoredAnswer | None:
    if found is None:
        return None
    about, _, body = found.partition(b"\n")
    try:
        content_type, finish_reason, provider = orjson.loads(about)
        return StoredAnswer(content_type.encode("latin-1"), body, finish_reason, provider.encode("latin-1"))
    except (ValueError, TypeError, AttributeError):
        return None  # somebody else's, or of another version: as if it were not there
