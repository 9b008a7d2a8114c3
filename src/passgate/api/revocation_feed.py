"""The deny list as services follow it: made once for each change, whoever asks."""

import asyncio
import json
import threading
from dataclasses import dataclass, field

from passgate.identity.service.revocation import latest_seq, revocations_since
from passgate.storage.work import Storage

MOST_WAITING = 500
"""Further callers are answered at once, and ask again."""
LOOK_SECONDS = 0.2


@dataclass(slots=True)
class RevocationFeed:
    """Remembers the list in the form that it is sent in, and looks for news on behalf of all who wait."""

    storage: Storage
    waiting: int = 0
    _seq: int | None = None
    _document: bytes = b""
    _looked_at: float = 0.0
    _latest: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    async def current(self) -> tuple[int, bytes]:
        """The newest number and the list up to it, as JSON."""
        return await asyncio.to_thread(self._read)

    async def wait_beyond(self, seq: int, seconds: float) -> bool:
        """Wait until there is a newer entry; False where the time is over, or too many wait already."""
        if self.waiting >= MOST_WAITING:
            return False
        self.waiting += 1
        try:
            clock = asyncio.get_running_loop().time
            end = clock() + seconds
            while (left := end - clock()) > 0:
                await asyncio.sleep(min(LOOK_SECONDS, left))
                if await self._look(clock()) != seq:
                    return True
            return False
        finally:
            self.waiting -= 1

    async def _look(self, now: float) -> int:
        """The newest number, read once for all who ask within the same moment."""
        if now - self._looked_at >= LOOK_SECONDS / 2:
            self._looked_at = now
            self._latest = await asyncio.to_thread(self._read_seq)
        return self._latest

    def _read_seq(self) -> int:
        with self.storage.reading() as work:
            return latest_seq(work)

    def _read(self) -> tuple[int, bytes]:
        with self._lock, self.storage.reading() as work:
            seq = latest_seq(work)
            if seq != self._seq:
                entries = revocations_since(work, 0)
                # The list may have grown since the number was read; the number says what is in it.
                seq = max([seq, *(entry.seq for entry in entries)])
                public = [entry.model_dump(exclude={"reason", "jtis"}) for entry in entries]
                self._document = json.dumps({"seq": seq, "entries": public}, separators=(",", ":")).encode()
                self._seq = seq
            return seq, self._document
