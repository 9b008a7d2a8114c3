"""Identifiers: a prefix that names the kind, then 26 characters that sort by time."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from passgate.kernel.clock import Clock

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_TIME_BITS = 48
_RANDOM_BITS = 80
_LENGTH = 26


@dataclass(frozen=True, slots=True)
class IdFactory:
    """Makes ids such as ``app_01hq…``: 48 bits of milliseconds, 80 bits of chance (the layout of ULID)."""

    clock: Clock
    random_bytes: Callable[[int], bytes] = secrets.token_bytes

    def new(self, prefix: str) -> str:
        """A fresh id; ids of later milliseconds sort after earlier ones."""
        milliseconds = int(self.clock.now().timestamp() * 1000) & ((1 << _TIME_BITS) - 1)
        number = (milliseconds << _RANDOM_BITS) | int.from_bytes(self.random_bytes(_RANDOM_BITS // 8))
        letters = [_ALPHABET[(number >> shift) & 31] for shift in range(5 * (_LENGTH - 1), -1, -5)]
        return f"{prefix}_{''.join(letters)}"

    def secret(self, prefix: str) -> str:
        """A fresh secret of 256 random bits, in hexadecimal, behind a prefix that scanners recognise."""
        return f"{prefix}_{self.random_bytes(32).hex()}"
