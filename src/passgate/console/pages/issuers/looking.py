"""Asking an issuer, off the event loop that all browsers share."""

import asyncio

from nicegui import run

from passgate.identity.issuers.following import Followed, Seen, look_at, look_closely_at, note
from passgate.kernel.actor import Actor
from passgate.storage.work import Work


async def asked(followed: Followed) -> Seen:
    """What is found there.

    Raises:
        IssuerFetchError: nothing that can be used.
    """
    return _whole(await run.io_bound(look_closely_at, followed))


async def tried(followed: Followed) -> Seen:
    """What is found there, or the problem."""
    return _whole(await run.io_bound(look_at, followed))


def keep(actor: Actor, work: Work, followed: Followed, seen: Seen) -> None:
    """Keep what was found; whoever could ask for the check may."""
    del actor
    note(work, followed, seen)


def _whole(seen: Seen | None) -> Seen:
    if seen is None:  # NiceGUI's way to say that the process is ending
        raise asyncio.CancelledError
    return seen
