"""Where a page's content goes, and what is shown while it is made or when it cannot be."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import quote

from nicegui import ui
from nicegui.page_arguments import PageArguments
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from passgate.console.components.button import button
from passgate.console.components.empty import empty, next_page
from passgate.console.components.text import box
from passgate.console.edge import MOUNT_PATH
from passgate.console.entrance.routes import SIGN_IN
from passgate.console.problems import problems_of
from passgate.console.visit import SessionEndedError, Visit
from passgate.kernel.errors import NotFoundError, PassgateError
from passgate.storage.outages import outage_told

_log = logging.getLogger("passgate.console")

PageBuilder = Callable[[Visit, PageArguments], Awaitable[None]]


class Outlet(ui.sub_pages):
    """The pages below the frame; going from one to another leaves the frame as it is."""

    def __init__(self, visit: Visit, pages: Mapping[str, tuple[str, PageBuilder]]) -> None:
        self._visit = visit
        super().__init__({path: _shown(visit, title, builder) for path, (title, builder) in pages.items()})

    def _render_404(self) -> None:
        _missing("There is no such page", "The address is wrong, or what it named is gone.")


def tell_problem(visit: Visit, error: Exception) -> None:
    """Say what a handler was refused for; a session that ended leads to the sign-in."""
    if isinstance(error, SessionEndedError):
        target = redirect_to_sign_in(MOUNT_PATH + visit.client.sub_pages_router.current_path, "", SIGN_IN)
        visit.client.run_javascript(f"window.location.assign({target!r})")
    elif isinstance(error, (PassgateError, ValidationError)):
        visit.tell(" ".join(problem.message for problem in problems_of(error)), "bad")
    elif (outage := outage_told(error)) is not None:
        _log.error("a page met a failing database: %s", getattr(error, "orig", error))
        visit.tell(outage, "bad")
    else:
        visit.tell("Something went wrong here. Passgate's log tells what.", "bad")


def redirect_to_sign_in(path: str, query: str, sign_in: str) -> str:
    """The sign-in's address, which leads back here afterwards."""
    target = f"{path}?{query}" if query else path
    return f"{sign_in}?next={quote(target, safe='')}"


def _shown(visit: Visit, title: str, builder: PageBuilder) -> Callable[[PageArguments], Awaitable[None]]:
    async def show(args: PageArguments) -> None:
        ui.page_title(f"{title} · Passgate")
        waiting = _skeleton()
        with box("pg-page") as page:
            try:
                await visit.keep_open()
                await builder(visit, args)
            except SessionEndedError as error:
                tell_problem(visit, error)
            except NotFoundError as error:
                page.clear()
                with page:
                    _missing(error.message, "It is gone, or it is not yours to see.")
            except PassgateError as error:
                page.clear()
                with page:
                    _refused(visit, error.message)
            except SQLAlchemyError as error:
                outage = outage_told(error)
                if outage is None:
                    raise
                _log.error("a page met a failing database: %s", getattr(error, "orig", error))
                page.clear()
                with page:
                    _refused(visit, outage)
        if not waiting.is_deleted:  # else someone has gone on to another page meanwhile
            waiting.delete()

    return show


def _skeleton() -> ui.element:
    with box("pg-skeleton").props('aria-hidden="true"') as made:
        for height in (34, 150, 260):
            box().style(f"height: {height}px")
    return made


def _missing(title: str, text: str) -> None:
    with box("pg-card"):
        empty("search", title, text, next_page("Go to the overview", f"{MOUNT_PATH}/"))


def _refused(visit: Visit, words: str) -> None:
    with box("pg-card"):
        empty("warning", "This cannot be shown", words, lambda: button("Try again", visit.refresh, icon="refresh"))
