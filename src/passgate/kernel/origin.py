"""Where an act comes from: who, by which credential, from which address; the audit log tells of these."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from passgate.kernel.actor import Actor


@dataclass(slots=True)
class Origin:
    """What is known of whoever causes an act; filled in while it becomes known.

    Attributes:
        actor: who acts; None: nobody is known (yet), or the machine itself where there is no request either.
        ip: the address of the other side, empty inside the machine.
        request_id: the id under which the request stands in the logs.
    """

    actor: Actor | None = None
    ip: str = ""
    request_id: str = ""

    @property
    def is_outside(self) -> bool:
        """Whether a request from outside caused the act, rather than the machine itself."""
        return bool(self.ip or self.request_id)


def client_address(forwarded_for: str, peer: str) -> str:
    """The caller's address: the last in ``X-Forwarded-For``, which Envoy puts there; those before may be made up.

    Args:
        forwarded_for: the header, empty where there is none.
        peer: whoever the connection comes from, for where Envoy is not in between.
    """
    return (forwarded_for.rpartition(",")[2].strip() or peer)[:64]


_CURRENT: ContextVar[Origin | None] = ContextVar("passgate_origin", default=None)


def current_origin() -> Origin:
    """The origin of the request that is being served here; an empty one outside of requests."""
    return _CURRENT.get() or Origin()


@contextmanager
def serving(origin: Origin) -> Iterator[Origin]:
    """Make the origin the current one, for everything that is called inside, other threads of it included.

    It is one object for the whole request: what a part of the request learns (who acts), the later parts know.
    """
    token = _CURRENT.set(origin)
    try:
        yield origin
    finally:
        _CURRENT.reset(token)
