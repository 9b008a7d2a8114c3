"""A wake-up call from control to the nodes' agents, so that a change need not wait for the next poll.

On one machine it is an empty datagram to the agent's Unix socket; with PostgreSQL a NOTIFY besides, for the other
nodes. Losing one costs a poll interval, never a change.
"""

import contextlib
import socket
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from passgate.storage.work import Work

CHANNEL = "passgate_change"


def notify_nodes(work: Work) -> None:
    """A hook to run before the commit: PostgreSQL delivers the notice when the transaction commits."""
    if work.session.get_bind().dialect.name == "postgresql":
        work.session.execute(text(f"NOTIFY {CHANNEL}"))


@dataclass(frozen=True, slots=True)
class LocalNotice:
    """A hook to run after the commit: wakes the agent of this machine, if there is one."""

    path: Path

    def __call__(self, work: Work) -> None:
        """Send the datagram; a missing or busy agent is none of the caller's concern."""
        del work
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender, contextlib.suppress(OSError):
            sender.setblocking(False)
            sender.sendto(b"\0", str(self.path))
