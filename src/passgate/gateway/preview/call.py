"""The call that is asked about."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from passgate.kernel.errors import InvalidInputError

_UNRESERVED = re.compile(r"%(?:2[dDeE]|3[0-9]|4[1-9a-fA-F]|5[0-9aA]|5[fF]|6[1-9a-fA-F]|7[0-9aAeE])")
"""Escapes of what need not be escaped (RFC 3986 section 2.3), which the gate resolves."""
_ESCAPED_SLASH = re.compile(r"%(?:2[fF]|5[cC]|00)")


@dataclass(frozen=True, slots=True)
class Call:
    """A call, as far as the gate looks at it.

    Attributes:
        method: such as ``GET``.
        path: as the gate matches it, see :func:`matched_path`.
        host: without the port, in small letters; None: one that no service names.
        headers: by name in small letters.
        address: of the client; None: not known.
        body_bytes: length of the body; None: not known.
    """

    method: str
    path: str
    host: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    address: str | None = None
    body_bytes: int | None = None

    @property
    def is_preflight(self) -> bool:
        """Whether a browser asks before it calls (Fetch standard, section 3.2.2)."""
        return self.method == "OPTIONS" and {"origin", "access-control-request-method"} <= set(self.headers)


def matched_path(given: str) -> str:
    """The path without query and fragment, in its one spelling.

    Raises:
        InvalidInputError: it is none, or one that the gate refuses whatever is published.
    """
    bare = _UNRESERVED.sub(lambda found: unquote(found.group()), given.partition("?")[0].partition("#")[0])
    bare = bare.replace("\\", "/")
    if not bare.startswith("/") or "\0" in bare:
        raise InvalidInputError("A path begins with a slash.", field="path")
    if _ESCAPED_SLASH.search(bare):
        raise InvalidInputError("The gate refuses paths with an escaped slash (400).", field="path")
    kept: list[str] = []
    parts = re.sub("/{2,}", "/", bare).split("/")[1:]
    for part in parts:
        if part == "..":
            del kept[-1:]
        elif part != ".":
            kept.append(part)
    ends = "/" if parts[-1] in {".", ".."} and kept else ""
    return "/" + "/".join(kept) + ends


def matched_host(given: str | None) -> str | None:
    """The host without its port, in small letters."""
    return re.sub(r":\d+$", "", given.strip().lower()) or None if given else None
