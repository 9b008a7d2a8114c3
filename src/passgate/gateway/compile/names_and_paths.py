"""What a host, a path and a header must be for Envoy to take it, and for nobody to be deceived by it."""

import re

from passgate.contracts.gateway_snapshot import RESERVED_PREFIXES
from passgate.gateway.compile.errors import UncompilableError

HOST = re.compile(r"(?:\*\.)?[A-Za-z0-9_.:\[\]-]+")
PATH_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~!$&'()*+,;=:@%-]+)*")
_BASE_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)+")
_HEADER = re.compile(r"[!#$%&'*+.^`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\uffff]*")
_OURS = "x-passgate-"
_FRAMING = frozenset({"host", "connection", "content-length", "transfer-encoding", "upgrade", "te", "trailer"})


def refuse_unless(holds: object, words: str, field: str) -> None:
    """Raise where something does not hold.

    Raises:
        UncompilableError: with these words.
    """
    if not holds:
        raise UncompilableError(words, field=field)


def check_base_path(path: str, *, field: str = "base_path") -> None:
    """Refuse a base path that is malformed, or that belongs to the gate itself.

    Raises:
        UncompilableError: names the rule.
    """
    if not _BASE_PATH.fullmatch(path) or {".", ".."} & set(path.split("/")):
        raise UncompilableError(
            f"The base path {path!r} must look like /orders or /shop/v2: letters, digits, '-', '.', '_' and '~'.",
            field=field,
        )
    for reserved in RESERVED_PREFIXES:
        if path == reserved or path.startswith(reserved + "/"):
            raise UncompilableError(
                f"The base path {path} lies under {reserved}, which is the gate's own.", field=field
            )


def check_header(name: str, value: str, *, field: str) -> None:
    """Refuse a header that a team may not set: one that frames the message, or that only the gate may say.

    Raises:
        UncompilableError: names the header.
    """
    lower = name.lower()
    if not _HEADER.fullmatch(name) or lower in _FRAMING or lower.startswith(_OURS):
        raise UncompilableError(f"The header {name!r} cannot be set or removed.", field=field)
    if not _VALUE.fullmatch(value):
        raise UncompilableError(f"The value of the header {name} holds control characters.", field=field)
