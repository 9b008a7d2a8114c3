"""The round that keeps the keys of issuers fresh; control makes it every second or so."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from passgate.identity.issuers.following import due, look_at, note, trusts_anybody
from passgate.storage.work import Storage

UnknownKeySeen = Callable[[datetime], bool]
"""Whether, since that moment, a call was refused because its key is not known."""


@dataclass(slots=True)
class KeyRefresh:
    """Looks at the issuers that are due; a round with nothing due costs two small queries."""

    storage: Storage
    unknown_key_seen: UnknownKeySeen
    _asked_at: datetime | None = None

    def run_once(self) -> int:
        """Look at what is due; how many issuers that was."""
        now = self.storage.clock.now()
        with self.storage.reading() as work:
            asking = trusts_anybody(work)
        seen = asking and self.unknown_key_seen(self._asked_at or now)
        self._asked_at = now
        with self.storage.reading() as work:
            waiting = due(work, unknown_key_seen=seen)
        for followed in waiting:
            found = look_at(followed)
            with self.storage.writing() as work:
                note(work, followed, found)
        return len(waiting)
