"""Telling the log where a hook failed: once in a while for each fault, and nothing of what was asked or answered."""

import logging
import traceback
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

_log = logging.getLogger("passgate.inference")

_REST_SECONDS = 600.0
"""How long a fault that was told is only counted."""
_MOST_KINDS = 100
"""Faults that are remembered; of more, those told longest ago are forgotten, and told anew."""
_MOST_FRAMES = 20
"""Lines of a traceback, the innermost; code that calls itself has a thousand."""
_MOST_CAUSES = 4


@dataclass(frozen=True, slots=True)
class HookFault:
    """One failure of a hook."""

    hook: str
    act: str
    """Which of its functions."""
    why: str
    """Words of the gate's own."""
    raised: BaseException | None = None

    def trace(self) -> str:
        """The exceptions and the places in code; their messages may repeat a prompt or a key, so they are left out."""
        lines: list[str] = []
        error = self.raised
        for _ in range(_MOST_CAUSES):
            if error is None:
                break
            lines.append(_kind(error))
            frames = list(traceback.walk_tb(error.__traceback__))[-_MOST_FRAMES:]
            lines += [f"  {frame.f_code.co_filename}:{line} in {frame.f_code.co_name}" for frame, line in frames]
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(lines)


class HookFaults:
    """The faults of a worker's hooks that were told, and how often each has come since."""

    def __init__(self, timer: Callable[[], float]) -> None:
        """Begin with none; ``timer``: seconds on a clock that only goes forward."""
        self._timer = timer
        self._told: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def tell(self, fault: HookFault, then: str, request_id: str) -> None:
        """Log a fault, unless the same one was logged in the last ten minutes; ``then``: what becomes of the call."""
        trace = fault.trace()
        kind = f"{fault.hook}\n{fault.act}\n{fault.why}\n{trace}"
        now = self._timer()
        at, unsaid = self._told.get(kind, (None, 0))
        if at is not None and now - at < _REST_SECONDS:
            self._told[kind] = (at, unsaid + 1)
            return
        self._told[kind] = (now, 0)
        self._told.move_to_end(kind)
        if len(self._told) > _MOST_KINDS:
            self._told.popitem(last=False)
        often = f"; {unsaid} more since this was last said" if unsaid else ""
        where = f"\n{trace}" if trace else ""
        told = (fault.hook, fault.act, fault.why, then, often, where)
        _log.warning("the hook '%s' failed in %s: %s; %s%s%s", *told, extra={"request_id": request_id})


def _kind(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
