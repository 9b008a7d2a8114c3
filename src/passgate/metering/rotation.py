"""Rotation of Envoy's access log, and the end of files that were rotated."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from passgate.kernel.clock import Clock
from passgate.kernel.errors import PassgateError
from passgate.metering.spool import LIVE_ACCESS, SpoolFile, SpoolFolder

_LOG = logging.getLogger(__name__)
_AGAIN = timedelta(seconds=10)


@dataclass(slots=True)
class AccessRotation:
    """Renames the live access log when it is large and has Envoy open a new one.

    Until Envoy has done so it writes on into the renamed file. The sign that it has is the new live file.
    """

    folder: SpoolFolder
    clock: Clock
    reopen: Callable[[], None]
    at_bytes: int
    asked_at: datetime | None = None
    seen: bool = False
    """Whether there was a live file, so that one that is missing was deleted."""

    def rotate(self, files: Sequence[SpoolFile]) -> None:
        """Rotate if it is time to, or ask Envoy once more if it has not opened a new file since."""
        access = [file for file in files if file.source == "access"]
        live = next((file for file in access if file.path.name == LIVE_ACCESS), None)
        now = self.clock.now()
        if live is not None:
            self.seen = True
            if live.size < self.at_bytes or not self.folder.rotate_access(f"{now:%Y%m%dT%H%M%S%f}"):
                return
        elif (not access and not self.seen) or (self.asked_at is not None and now - self.asked_at < _AGAIN):
            return
        self.asked_at = now
        try:
            if not access:
                self.folder.path.mkdir(mode=0o700, exist_ok=True)
            self.reopen()
        except (OSError, PassgateError) as error:
            _LOG.warning("The gate did not open a new access log, it will be asked again: %s", error)
        else:
            if not access:
                self.seen = False
                _LOG.error("The access log was deleted, and its last calls with it; the gate opens a new one.")


def nobody_writes(file: SpoolFile, files: Sequence[SpoolFile], silent_since: datetime) -> bool:
    """Whether a file is rotated for good: silent for long enough and, of Envoy's, followed by a new live file."""
    if not file.rotated or file.modified > silent_since.timestamp():
        return False
    return file.source == "usage" or any(one.path.name == LIVE_ACCESS for one in files)
