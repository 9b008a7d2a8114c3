"""Hosts that services answer at."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from passgate.publishing.upstream_url import is_host

_MOST = 20


def checked_host(value: str) -> str:
    """A host name without a port, in lower case.

    Raises:
        ValueError: anything else.
    """
    if not is_host(value):
        raise ValueError("a host is a name without a port, such as api.example.com")
    return value


Host = Annotated[
    str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=253), AfterValidator(checked_host)
]
Hosts = Annotated[tuple[Host, ...], Field(max_length=_MOST)]
