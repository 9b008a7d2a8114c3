"""The thread that follows an issuer while the service works."""

import logging
import threading
import time
import weakref

from passgate.sdk.fetching import FetchError
from passgate.sdk.issuer_state import IssuerState

_log = logging.getLogger("passgate.sdk")

_SHORTEST_ROUND_SECONDS = 0.5
"""Between two questions without news: an issuer, or a proxy before it, may not hold the question."""
_LONGEST_PAUSE_SECONDS = 5.0


class Follower:
    """Asks for news of the deny list without end, and for keys that have grown old."""

    def __init__(self, state: IssuerState) -> None:
        self._ended = threading.Event()
        # The thread holds no strong reference, so that a verifier that nobody has any more takes its thread along.
        reference = weakref.ref(state, lambda _: self._ended.set())
        self._thread = threading.Thread(
            target=_run, args=(reference, self._ended), name="passgate-sdk-follower", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """End; a question that is being held is left to its time-out."""
        self._ended.set()


def _run(reference: "weakref.ref[IssuerState]", ended: threading.Event) -> None:
    failures = 0
    while not ended.is_set():
        started = time.monotonic()
        state = reference()
        if state is None:
            return
        try:
            news = _round(state)
            failures = 0
        except FetchError as error:
            news, failures = False, failures + 1
            if failures == 1:
                _log.warning("deny list of the issuer: %s; the last known one serves on", error)
        del state
        if failures:
            ended.wait(min(_SHORTEST_ROUND_SECONDS * 2 ** min(failures - 1, 10), _LONGEST_PAUSE_SECONDS))
        elif not news:
            ended.wait(max(0.0, _SHORTEST_ROUND_SECONDS - (time.monotonic() - started)))


def _round(state: IssuerState) -> bool:
    state.refresh_keys_if_stale()
    return state.follow() if state.follows else False
