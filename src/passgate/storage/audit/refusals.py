"""Refusals of late, so that the audit log tells of each once, however often somebody tries."""

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from passgate.kernel.errors import PassgateError
from passgate.kernel.origin import Origin

_TOLD_EVERY = timedelta(minutes=1)
_MOST = 10_000


@dataclass(slots=True)
class Refusals:
    """What was refused to whom within the last minute, by this process."""

    told: dict[tuple[str, ...], datetime] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def is_new(self, refusal: PassgateError, origin: Origin, now: datetime) -> bool:
        """Whether this is to be told; if so, the same one is not for a minute."""
        actor = origin.actor
        key = (actor.id if actor else "", origin.ip, refusal.code, refusal.message)
        with self.lock:
            last = self.told.get(key)
            if last is not None and now - last < _TOLD_EVERY:
                return False
            if len(self.told) >= _MOST:
                self.told = {known: at for known, at in self.told.items() if now - at < _TOLD_EVERY}
            if len(self.told) >= _MOST:
                return False
            self.told[key] = now
        return True
