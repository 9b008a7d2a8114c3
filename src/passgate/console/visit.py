"""A browser's visit: every question and every change of a page goes through here to a service."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar

from nicegui import Client, run, ui

from passgate.console.components.badge import Tone
from passgate.console.edge import Console
from passgate.console.icons import icon_path
from passgate.identity.service import sessions
from passgate.kernel.actor import GUEST, Actor
from passgate.kernel.errors import ForbiddenError, UnauthenticatedError
from passgate.kernel.origin import Origin
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work

P = ParamSpec("P")
R = TypeVar("R")


class SessionEndedError(UnauthenticatedError):
    """The browser session no longer holds: it was signed out, it expired, or its user was deactivated."""

    code = "session_ended"


@dataclass(frozen=True, slots=True)
class Visit:
    """One open page.

    NiceGUI's events arrive over a socket that no HTTP middleware sees. So each question and each change finds out
    anew who is asking: a session that has ended stops working in pages that are still open, too.
    """

    console: Console
    session_id: str
    """The browser session that the page was opened in; its secret may have changed since. Empty: a guest's page."""
    client: Client
    """The browser's page, at NiceGUI."""
    ip: str = ""
    """The address that the page was opened from."""

    def go(self, path: str) -> None:
        """Open another page of the console, such as ``/applications``, without loading the frame anew."""
        with self.client:
            ui.navigate.to(path)

    async def refresh(self) -> None:
        """Build the open page anew, from what is stored now."""
        with self.client:
            await self.client.sub_pages_router.refresh()

    def tell(self, text: str, tone: Tone = "good") -> None:
        """Say something at the edge of the page, for a few seconds."""
        symbol = icon_path("check" if tone == "good" else "warning")
        with self.client:
            ui.notify(text, icon=symbol, classes=f"pg-note-{tone}", position="bottom-right", timeout=6000)

    async def ask(self, use_case: Callable[Concatenate[Actor, Work, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """What a service answers; off the event loop, which all browsers share.

        Raises:
            SessionEndedError: nobody is signed in any more.
            PassgateError: what the service refuses with.
        """

        def read() -> tuple[R]:
            with self.console.storage.reading() as work:
                actor = self._actor(work)
                try:
                    return (use_case(actor, work, *args, **kwargs),)
                except ForbiddenError as refusal:
                    self.console.storage.tell_refusal(refusal, Origin(actor, self.ip))
                    raise

        return await _off_loop(read)

    async def change(self, use_case: Callable[Concatenate[Actor, Work, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """What a service did, committed.

        Raises:
            SessionEndedError: nobody is signed in any more.
            PassgateError: what the service refuses with; nothing is changed then.
        """

        def write() -> tuple[R]:
            origin = Origin(ip=self.ip)
            try:
                with self.console.storage.writing() as work:
                    origin.actor = self._actor(work)
                    work.act_as(origin.actor, self.ip)
                    result = use_case(origin.actor, work, *args, **kwargs)
                    if self._is_stale(work):
                        sessions.touch(work, self.session_id)
            except ForbiddenError as refusal:
                self.console.storage.tell_refusal(refusal, origin)
                raise
            return (result,)

        return await _off_loop(write)

    async def keep_open(self) -> None:
        """Note that someone is at the browser, so that the session does not end for idleness.

        A page that looks for news by itself does not count: it calls :meth:`ask` only.
        """

        def note() -> tuple[None]:
            storage = self.console.storage
            with storage.reading() as work:
                stale = self._is_stale(work)
            if stale:
                with storage.writing() as work:
                    sessions.touch(work, self.session_id)
            return (None,)

        await _off_loop(note)

    def _actor(self, work: Work) -> Actor:
        if not self.session_id:
            return GUEST
        actor = sessions.actor_of(work, sessions.open_session_of_id(work, self.session_id))
        if actor is None:
            raise SessionEndedError("Your session has ended. Sign in again.")
        return actor

    def _is_stale(self, work: Work) -> bool:
        found = sessions.open_session_of_id(work, self.session_id)
        return found is not None and sessions.is_stale(work, found)


def who(actor: Actor, work: Work) -> Actor:
    """The actor itself, as a use case: for pages that show or hide by permission."""
    del work
    return actor


def may_somewhere(actor: Actor, work: Work, permission: Permission) -> bool:
    """Whether the actor holds a permission in any team: what a page offers, and a service decides anew."""
    del work
    return actor.teams_with(permission) != frozenset()


async def _off_loop(job: Callable[[], tuple[R]]) -> R:
    answer = await run.io_bound(job)
    if answer is None:  # NiceGUI's way to say that the process is ending
        raise asyncio.CancelledError
    return answer[0]
