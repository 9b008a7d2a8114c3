"""What a service knows of its issuer: the keys and the deny list, asked for again as they change."""

import json
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from passgate.sdk.deny_list import DenyList, deny_list_of
from passgate.sdk.fetching import Fetch, FetchError
from passgate.sdk.refusal import IssuerUnreachableError
from passgate.sdk.verification_key import KeyUnusableError, VerificationKey, usable_keys_of_jwks

_log = logging.getLogger("passgate.sdk")

JWKS_PATH = "/.well-known/jwks.json"
REVOCATIONS_PATH = "/oauth2/revocations"
WAIT_SECONDS = 30
"""How long the issuer may hold a question for the deny list until there is news."""
KEYS_FRESH_SECONDS = 300.0
"""After it, the keys are asked for again, though no unknown one was met."""
REFETCH_PAUSE_SECONDS = 10.0
"""Between two questions for an unknown kid, which anybody can make up."""
RETRY_PAUSE_SECONDS = 1.0
"""Between two attempts at the first knowledge."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known at one moment; never changed, but replaced."""

    keys: Mapping[str, VerificationKey]
    denials: DenyList


@dataclass
class IssuerState:
    """Keys and deny list of one issuer, safe to ask from many threads.

    Attributes:
        base_url: where the issuer answers, without a slash at the end.
        fetch: how to ask it.
        clock: the present moment in seconds; any start will do.
        follows: whether the deny list is wanted at all.
        timeout: seconds to wait for an answer.
    """

    base_url: str
    fetch: Fetch
    clock: Callable[[], float]
    follows: bool
    timeout: float
    known: Known | None = None
    confirmed_at: float = float("-inf")
    """When the issuer last said what the deny list (or, not followed, the key set) is."""
    _keys_etag: str | None = None
    _denials_etag: str | None = None
    _keys_asked_at: float = float("-inf")
    _load_tried_at: float = float("-inf")
    _loading: threading.Lock = field(default_factory=threading.Lock)
    _writing: threading.Lock = field(default_factory=threading.Lock)

    def load(self) -> Known:
        """What is known; asked for, where nothing is yet.

        Raises:
            IssuerUnreachableError: nothing is known, and the issuer does not say.
        """
        with self._loading:
            if self.known is not None:
                return self.known
            if self.clock() - self._load_tried_at < RETRY_PAUSE_SECONDS:
                raise IssuerUnreachableError(f"{self.base_url} did not tell its keys and its deny list.")
            self._load_tried_at = self.clock()
            self._keys_etag = self._denials_etag = None
            try:
                keys = self._ask_keys()
                denials = self._ask_denials(0) if self.follows else None
            except FetchError as error:
                raise IssuerUnreachableError(str(error)) from error
            self.known = Known(keys or {}, denials or DenyList(()))
            return self.known

    def may_refetch(self) -> bool:
        """Whether an unknown kid would lead to a question to the issuer now."""
        return self.clock() - self._keys_asked_at >= REFETCH_PAUSE_SECONDS

    def refetch_for(self, kid: str | None) -> bool:
        """Ask for the keys once more, since a token names one that is not known; whether that may have helped.

        However many tokens name keys that do not exist, the issuer is asked once in a while only.
        """
        with self._loading:
            known = self.known
            if known is not None and kid in known.keys:
                return True  # another thread was faster
            if not self.may_refetch():
                return False
            return self.refresh_keys()

    def refresh_keys_if_stale(self) -> None:
        """Ask for the keys where it was long ago."""
        if self.clock() - self._keys_asked_at >= KEYS_FRESH_SECONDS:
            self.refresh_keys()

    def refresh_keys(self) -> bool:
        """Ask for the keys; whether there were others. Those known stay when the issuer does not answer."""
        try:
            keys = self._ask_keys()
        except FetchError as error:
            _log.warning("keys of the issuer: %s; the last known ones serve on", error)
            return False
        if keys is None:
            return False
        with self._writing:
            if self.known is not None:
                self.known = replace(self.known, keys=keys)
        return True

    def follow(self, wait: int = WAIT_SECONDS) -> bool:
        """Wait for news of the deny list; whether there were any.

        Raises:
            FetchError: the issuer does not answer.
        """
        denials = self._ask_denials(wait)
        if denials is None:
            return False
        with self._writing:
            if self.known is None or self.known.denials.seq == denials.seq:
                return False
            new_keys = denials.denied_keys() - self.known.denials.denied_keys()
            self.known = replace(self.known, denials=denials)
        if new_keys:
            self.refresh_keys()
        return True

    def _ask_keys(self) -> dict[str, VerificationKey] | None:
        self._keys_asked_at = self.clock()
        answer = self._ask(JWKS_PATH, self._keys_etag, self.timeout)
        if answer is None:
            keys = None
        else:
            document, etag = answer
            try:
                keys = usable_keys_of_jwks(document)
            except KeyUnusableError as error:
                raise FetchError(f"the key set of {self.base_url} cannot be used: {error}") from error
            self._keys_etag = etag
        if not self.follows:
            self.confirmed_at = self.clock()
        return keys

    def _ask_denials(self, wait: int) -> DenyList | None:
        path = f"{REVOCATIONS_PATH}?wait={wait}" if wait and self._denials_etag else REVOCATIONS_PATH
        answer = self._ask(path, self._denials_etag, self.timeout + wait)
        denials = None
        if answer is not None:
            document, etag = answer
            try:
                denials = deny_list_of(document)
            except ValueError as error:
                raise FetchError(f"the deny list of {self.base_url} cannot be used: {error}") from error
            self._denials_etag = etag
        self.confirmed_at = self.clock()
        return denials

    def _ask(self, path: str, etag: str | None, timeout: float) -> tuple[object, str | None] | None:
        headers = {"Accept": "application/json", "User-Agent": "passgate-sdk"}
        if etag is not None:
            headers["If-None-Match"] = etag
        answer = self.fetch(self.base_url + path, headers=headers, timeout=timeout)
        if answer.status == HTTPStatus.NOT_MODIFIED and etag is not None:
            return None
        if answer.status != HTTPStatus.OK:
            raise FetchError(f"{self.base_url}{path} answers {answer.status}")
        try:
            return json.loads(answer.body), answer.etag
        except (ValueError, RecursionError) as error:
            raise FetchError(f"{self.base_url}{path} answers with something that is not JSON") from error
