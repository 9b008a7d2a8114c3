"""Calls that Envoy could not write down: nothing else knows of a REST call, so its loss must at least be told."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from passgate.gateway.envoy.admin import AdminError, EnvoyAdmin

_log = logging.getLogger("passgate.agent")

_SECONDS = 10.0
_FAILED = "filesystem.write_failed"
"""Envoy's counter of writes to files that failed; its access log is the only file that it writes."""


@dataclass(slots=True)
class LostLines:
    """Looks whether Envoy lost lines of its access log since the last look."""

    admin: EnvoyAdmin
    now: Callable[[], float] = time.monotonic
    _seen: int = 0
    _next: float = 0.0

    def look(self) -> None:
        """Tell what was lost, if anything was, every ten seconds; an Envoy that does not answer is asked then again."""
        if self.now() < self._next:
            return
        self._next = self.now() + _SECONDS
        try:
            failed = asyncio.run(self.admin.stats((_FAILED,))).get(_FAILED, 0)
        except AdminError:
            return
        new = failed - self._seen if failed >= self._seen else failed  # a new Envoy counts from 0
        self._seen = failed
        if new:
            _log.error(
                "answered calls are missing from the calls table: Envoy could not write its access log, %d times since "
                "the last look; is the disk full?",
                new,
            )
