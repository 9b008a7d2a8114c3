"""What fails again and again, told as who runs it needs it: when it begins, seldom meanwhile, and when it is over."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

_REMIND_SECONDS = 300.0
_FLAP_SECONDS = 30.0
"""What fails and works by turns is told this seldom."""


@dataclass(slots=True)
class Outage:
    """One thing that may be away for hours, while somebody tries it every second.

    Attributes:
        log: where it is told.
        begun: what the log says when it fails; the reason follows.
        over: what the log says when it works again.
        now: seconds of a clock that never goes back.
    """

    log: logging.Logger
    begun: str
    over: str
    now: Callable[[], float] = time.monotonic
    _told: dict[str, float] = field(default_factory=dict)
    """When each reason was told last."""
    _open: bool = False
    """Whether the log's last word was a failure."""

    def failed(self, reason: BaseException | str, *, foreseen: bool = True) -> None:
        """Tell that it failed, unless this reason was told within five minutes (half of one, if it worked since).

        Args:
            reason: an error of the database's is told by its driver's words, of which the first line says it.
            foreseen: False makes it an error, with the traceback.
        """
        words = _first_line(reason)
        last = self._told.get(words)
        if last is not None and self.now() - last < (_REMIND_SECONDS if self._open else _FLAP_SECONDS):
            return
        self._told[words], self._open = self.now(), True
        if foreseen:
            self.log.warning("%s: %s", self.begun, words)
        else:
            traceback = reason if isinstance(reason, BaseException) else None
            self.log.error("%s, in a way that nobody foresaw: %s", self.begun, words, exc_info=traceback)

    def worked(self) -> None:
        """Tell that it works again, if it failed before."""
        if self._open:
            self._open = False
            self.log.info(self.over)


def _first_line(reason: BaseException | str) -> str:
    text = str(getattr(reason, "orig", None) or reason).strip()
    return text.splitlines()[0] if text else type(reason).__name__
