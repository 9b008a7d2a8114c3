"""Revocations, and the one function that decides by them: the gate, the workers, introspection and the SDK agree."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from passgate.contracts.frozen import Contract

RevocationKind = Literal["token", "subject", "application", "everything", "key"]
"""What is revoked: one token by jti; or all that a subject, an application, or anyone held before a moment; or all that
a signing key ever signed."""


class Revocation(Contract):
    """One entry of the deny list."""

    seq: int
    """Grows with every entry; a node says up to which it enforces."""
    kind: RevocationKind
    value: str
    """A jti, a subject, an application's id, a kid; empty for ``everything``."""
    not_before: int | None = None
    """Tokens issued before this NumericDate are refused; None for ``token`` and ``key``."""
    expires_at: int
    """NumericDate after which every token concerned has expired, so that the entry may go."""
    reason: str = ""
    jtis: tuple[str, ...] = ()
    """Of a ``key``: the live tokens that it signed, for those who see a token's claims and not its header."""


class RevocationList(Contract):
    """All entries in force at one moment."""

    format: Literal[1] = 1
    seq: int = 0
    entries: tuple[Revocation, ...] = ()
    expanded_jtis: tuple[str, ...] = ()
    """Live tokens that a subject's or an application's revocation concerns, for Envoy, which knows jtis only."""


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """What a decision needs to know of a token."""

    jti: str
    subject: str
    application: str | None
    issued_at: int
    kid: str | None = None
    """The key that signed it; None where that is not known."""


class DenyIndex:
    """The list, indexed; the effective not-before is the latest of all levels."""

    def __init__(self, entries: Iterable[Revocation], *, seq: int = 0) -> None:
        self.seq = seq
        self._jtis: dict[str, Revocation] = {}
        self._kids: dict[str, Revocation] = {}
        self._before: dict[tuple[str, str], Revocation] = {}
        for entry in entries:
            self.seq = max(self.seq, entry.seq)
            if entry.kind == "token":
                self._jtis[entry.value] = entry
                continue
            if entry.kind == "key":
                self._kids[entry.value] = entry
                self._jtis.update(dict.fromkeys(entry.jtis, entry))
                continue
            known = self._before.get((entry.kind, entry.value))
            if known is None or (known.not_before or 0) < (entry.not_before or 0):
                self._before[entry.kind, entry.value] = entry

    def refusal(self, token: TokenFacts) -> Revocation | None:
        """The entry that refuses this token, or None where it may pass.

        A token issued in the very second of a not-before passes: whoever revokes sets not-before one second on, so
        that tokens of that second fall and those of the next do not (RFC 7519 NumericDate has whole seconds).
        """
        entry = self._jtis.get(token.jti)
        if entry is None and token.kid is not None:
            entry = self._kids.get(token.kid)
        if entry is not None:
            return entry
        if not self._before:
            return None
        levels = [("everything", ""), ("subject", token.subject)]
        if token.application is not None:
            levels.append(("application", token.application))
        for level in levels:
            entry = self._before.get(level)
            if entry is not None and token.issued_at < (entry.not_before or 0):
                return entry
        return None
