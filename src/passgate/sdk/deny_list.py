"""The deny list as a service follows it, and the decision by it: the same one as at the gate."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from passgate.sdk.verified_token import VerifiedToken

_log = logging.getLogger("passgate.sdk")

_ALWAYS = 1 << 62
KINDS = ("token", "everything", "subject", "application", "key", "session")
"""What an entry may name: a ``jti``, nothing, a ``sub``, a ``client_id``, a ``kid``, a ``sid``."""


@dataclass(frozen=True, slots=True)
class Denial:
    """One entry.

    Attributes:
        kind: one of ``KINDS``.
        value: what is denied; empty for ``everything``.
        not_before: tokens issued before this NumericDate are refused; None: whenever they were issued.
        seq: its number; it grows with every entry.
    """

    kind: str
    value: str
    not_before: int | None
    seq: int


class DenyList:
    """All entries in force, indexed; the effective not-before is the latest of all levels."""

    def __init__(self, entries: Iterable[Denial], *, seq: int = 0) -> None:
        self.seq = seq
        self._jtis: set[str] = set()
        self._before: dict[str, dict[str, int]] = {}
        for entry in entries:
            self.seq = max(self.seq, entry.seq)
            if entry.kind == "token":
                self._jtis.add(entry.value)
                continue
            known = self._before.setdefault(entry.kind, {})
            limit = _ALWAYS if entry.not_before is None else entry.not_before
            known[entry.value] = max(limit, known.get(entry.value, limit))

    def refuses(self, token: VerifiedToken) -> bool:
        """Whether the token is revoked.

        One issued in the very second of a not-before passes: whoever revokes sets it one second on.
        """
        if token.jti in self._jtis:
            return True
        for kind, limits in self._before.items():
            limit = limits.get(_value_of(token, kind))
            if limit is not None and token.issued_at < limit:
                return True
        return False

    def denied_keys(self) -> frozenset[str]:
        """The kids of keys that are revoked."""
        return frozenset(self._before.get("key", ()))


def deny_list_of(document: object) -> DenyList:
    """The list as the issuer publishes it: ``{"seq": 7, "entries": [{"seq": 7, "kind": "token", "value": "…"}]}``.

    Raises:
        ValueError: it is not of that form. An entry of a kind that is not known here is left out, and logged.
    """
    if not isinstance(document, Mapping) or not isinstance(document.get("entries"), list):
        raise ValueError("this is no deny list")  # noqa: TRY004 - one kind of error for whatever was sent
    seq = document.get("seq")
    if not _is_count(seq):
        raise ValueError("a deny list has a number")
    found = [_denial_of(entry) for entry in document["entries"]]
    unknown = {entry.kind for entry in found} - set(KINDS)
    if unknown:
        _log.warning("the deny list has entries of kinds that are not known here: %s", ", ".join(sorted(unknown)))
    return DenyList((entry for entry in found if entry.kind in KINDS), seq=seq)


def _denial_of(entry: Any) -> Denial:  # noqa: ANN401 - JSON of another
    if not isinstance(entry, Mapping):
        raise ValueError("an entry is an object")  # noqa: TRY004 - as above
    kind, value, limit, seq = (entry.get(name) for name in ("kind", "value", "not_before", "seq"))
    if not isinstance(kind, str) or not isinstance(value, str) or not (limit is None or _is_count(limit)):
        raise ValueError("an entry has a kind, a value and perhaps a not_before")
    return Denial(kind, value, limit, seq if _is_count(seq) else 0)


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _value_of(token: VerifiedToken, kind: str) -> str:
    match kind:
        case "subject":
            return token.subject
        case "application":
            return token.client_id
        case "key":
            return token.kid
        case "session":
            session = token.claims.get("sid")
            return session if isinstance(session, str) else ""
        case _:
            return ""
