"""A service's verifier: made from an issuer's URL and an audience, it keeps itself up to date."""

import os
import ssl
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

from passgate.sdk.base64url import decoded
from passgate.sdk.explanation import Explanation, explain
from passgate.sdk.fetching import Fetch, http_fetch
from passgate.sdk.follower import Follower
from passgate.sdk.issuer_state import IssuerState, Known
from passgate.sdk.refusal import IssuerUnreachableError, TokenRefusedError
from passgate.sdk.rules import DEFAULT_LEEWAY_SECONDS, Rules
from passgate.sdk.strict_json import strict_object
from passgate.sdk.verified_token import VerifiedToken
from passgate.sdk.verifier import verified


@dataclass(slots=True)
class _Kept:
    """A token that held, what it was judged by, and until when it holds."""

    token: VerifiedToken
    known: Known
    until: float


class Verifier:
    """Verifies the access tokens that Passgate issued for one audience, without asking anyone per call.

    ``Verifier("https://gate.example", audience="orders").verify(token)``. It is safe to use from many threads, and
    after a fork. Keys and deny list are had at first use and followed by a thread from then on: a revoked token is
    refused within a second. While the issuer cannot be reached, the last known ones serve on.
    """

    def __init__(  # noqa: PLR0913 - each is one thing that an operator may want to set
        self,
        issuer: str,
        audience: str,
        *,
        base_url: str | None = None,
        leeway: int = DEFAULT_LEEWAY_SECONDS,
        follow_revocations: bool = True,
        max_staleness: float | None = None,
        cached_tokens: int = 10_000,
        timeout: float = 5.0,
        ssl_context: ssl.SSLContext | None = None,
        fetch: Fetch | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Make it; nothing is asked yet.

        Args:
            issuer: what ``iss`` must be.
            audience: what ``aud`` must be or hold: this service's own name.
            base_url: where Passgate answers, if not at the issuer's URL (such as an address inside a cluster).
            leeway: seconds that clocks may differ, 60 at most.
            follow_revocations: whether the deny list is followed; without it a token holds until it expires.
            max_staleness: seconds without word from the issuer after which nothing is accepted any more; None: no end.
            cached_tokens: how many verified tokens are kept at most.
            timeout: seconds to wait for the issuer.
            ssl_context: the authorities that are trusted, if not the system's.
            fetch: how to ask the issuer; for tests.
            clock: the present moment as a NumericDate; for tests.

        Raises:
            ValueError: a leeway or a size that cannot be.
        """
        if cached_tokens < 1:
            raise ValueError("at least one token is kept")
        self._rules = Rules(issuer, (audience,), leeway=leeway)
        self._make_state = partial(
            IssuerState,
            base_url=(base_url or issuer).rstrip("/"),
            fetch=fetch or http_fetch(ssl_context),
            clock=time.monotonic,
            follows=follow_revocations,
            timeout=timeout,
        )
        self._clock = clock
        self._max_staleness = max_staleness
        self._most = cached_tokens
        self._state = self._make_state()
        self._reset()
        reference = weakref.WeakMethod(self._reset)
        os.register_at_fork(after_in_child=lambda: (reset := reference()) and reset())

    def _reset(self) -> None:
        # Threads do not live on in a forked process, and locks may be held there for ever.
        known = self._state.known
        self._state = self._make_state()
        self._state.known = known
        self._follower: Follower | None = None
        self._starting = threading.Lock()
        self._kept: dict[str, _Kept] = {}

    def start(self) -> None:
        """Have keys and deny list now, rather than at the first token.

        Raises:
            IssuerUnreachableError: the issuer does not tell them.
        """
        self._state.load()
        with self._starting:
            if self._follower is None:
                self._follower = Follower(self._state)

    def stop(self) -> None:
        """End the thread."""
        with self._starting:
            if self._follower is not None:
                self._follower.stop()
                self._follower = None

    @property
    def is_ready(self) -> bool:
        """Whether keys and deny list are known, so that :meth:`verify` need not ask for them."""
        return self._state.known is not None and self._follower is not None

    @property
    def revocation_seq(self) -> int:
        """Up to which entry the deny list is enforced here; 0 where nothing is known."""
        known = self._state.known
        return known.denials.seq if known else 0

    @property
    def staleness(self) -> float:
        """Seconds since the issuer last said that all is up to date; it may hold a question for half a minute."""
        return time.monotonic() - self._state.confirmed_at

    def verify(self, token: str) -> VerifiedToken:
        """The token's claims, once everything holds and it is not revoked.

        Raises:
            TokenRefusedError: with the code of the first rule that it breaks.
            IssuerUnreachableError: keys or deny list are not known, or older than allowed.
        """
        kept = self._kept.get(token)
        if kept is not None and kept.known is self._state.known and self._clock() < kept.until:
            if self._max_staleness is not None:
                self._check_staleness()
            return kept.token
        return self._verify(token, kept)

    def can_judge(self, token: str) -> bool:
        """Whether :meth:`verify` can judge the token without a question to the issuer; for event loops."""
        known = self._state.known
        if known is None or self._follower is None:
            return False
        return token in self._kept or not self._state.may_refetch() or _kid_of(token) in known.keys

    def explain(self, token: str) -> Explanation:
        """Every check of the token's own with its outcome and its reason; the deny list is not asked."""
        known = self._known()
        return explain(token, known.keys, self._rules, now=self._clock())

    def _verify(self, token: str, kept: _Kept | None) -> VerifiedToken:
        known, now = self._known(), self._clock()
        if kept is not None and kept.known.keys is known.keys and now < kept.until:
            found = kept.token
        else:
            found, known = self._judged(token, known, now)
        if known.denials.refuses(found):
            self._kept.pop(token, None)
            raise TokenRefusedError("token_revoked", "The token was revoked.")
        self._keep(token, _Kept(found, known, found.expires_at + self._rules.leeway))
        return found

    def _judged(self, token: str, known: Known, now: float) -> tuple[VerifiedToken, Known]:
        try:
            return verified(token, known.keys, self._rules, now=now), known
        except TokenRefusedError as refused:
            if refused.code != "token_key_unknown" or not self._state.refetch_for(_kid_of(token)):
                raise
        known = self._known()
        return verified(token, known.keys, self._rules, now=now), known

    def _known(self) -> Known:
        known = self._state.known
        if known is None or self._follower is None:
            self.start()
            known = self._state.load()
        if self._max_staleness is not None:
            self._check_staleness()
        return known

    def _check_staleness(self) -> None:
        if self._max_staleness is not None and self.staleness > self._max_staleness:
            raise IssuerUnreachableError("The issuer has not been heard of for too long.")

    def _keep(self, token: str, kept: _Kept) -> None:
        if len(self._kept) >= self._most and token not in self._kept:
            with self._starting:
                for oldest in list(self._kept)[: max(1, self._most // 10)]:
                    self._kept.pop(oldest, None)
        self._kept[token] = kept


def verify(token: str, *, issuer: str, audience: str) -> VerifiedToken:
    """The claims of an access token that holds; one verifier an issuer and audience is kept from call to call.

    Raises:
        TokenRefusedError: with the code of the first rule that it breaks.
        IssuerUnreachableError: the issuer's keys or deny list are not known.
    """
    return _verifier_of(issuer, audience).verify(token)


def _kid_of(token: str) -> str | None:
    try:
        kid = strict_object(decoded(token.partition(".")[0])).get("kid")
    except ValueError:
        return None
    return kid if isinstance(kid, str) else None


@lru_cache(maxsize=32)
def _verifier_of(issuer: str, audience: str) -> Verifier:
    return Verifier(issuer, audience)
