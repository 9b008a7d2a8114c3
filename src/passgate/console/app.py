"""The console as a part of the control process."""

import asyncio
import logging

from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from nicegui import app as nicegui_app
from nicegui import ui
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from passgate.console.arrival import arrive, with_fresh_secret
from passgate.console.edge import MOUNT_PATH, Console
from passgate.console.entrance.routes import SIGN_IN, Entrance
from passgate.console.entrance.submission import address_of
from passgate.console.headers import GuardingHeaders
from passgate.console.icons import LOGO
from passgate.console.layout import frame, guest_frame
from passgate.console.outlet import Outlet, redirect_to_sign_in, tell_problem
from passgate.console.pages.table_of_pages import PAGES, PORTAL_PAGES, is_open_to_guests
from passgate.console.theme import Theme
from passgate.console.visit import SessionEndedError, Visit, who
from passgate.kernel.errors import PassgateError
from passgate.kernel.session_cookie import SESSION_COOKIE

__all__ = ["Console", "mount_console"]

_TITLE = "Passgate"


def mount_console(app: FastAPI, console: Console) -> None:
    """Put the console at ``/console`` of the application. NiceGUI allows one a process."""
    theme = Theme()
    app.router.routes.append(theme.mount())
    app.router.routes.extend(Entrance(console, theme).routes())
    nicegui_app.add_middleware(GuardingHeaders)
    ui.add_head_html(theme.head, shared=True)
    ui.add_body_html(
        "<script>window.addEventListener('load', () => window.passgateTheme.apply())</script>", shared=True
    )

    logging.getLogger("nicegui").addFilter(_is_unexpected)

    async def show(request: Request) -> Response | None:
        return await _show(console, request)

    ui.page("/", title=_TITLE)(show)
    ui.page("/{_:path}", title=_TITLE)(show)
    ui.run_with(
        app,
        mount_path=MOUNT_PATH,
        title=_TITLE,
        favicon=LOGO,
        dark=None,
        language="en-US",
        tailwind=False,
        show_welcome_message=False,
        storage_secret=None,
        reconnect_timeout=15,
    )


def _is_unexpected(record: logging.LogRecord) -> bool:
    """NiceGUI logs what handlers raise; a refusal was told to whoever caused it, and is no fault of the program."""
    return not isinstance(record.msg, (PassgateError, ValidationError))


async def _show(console: Console, request: Request) -> Response | None:
    secret, agent = request.cookies.get(SESSION_COOKIE, ""), request.headers.get("user-agent", "")
    arrival = await asyncio.to_thread(arrive, console, secret, agent)
    if arrival is None and is_open_to_guests(request.url.path):
        visit = Visit(console, "", ui.context.client, address_of(request))
        visit.client.on_exception(lambda error: tell_problem(visit, error))
        guest_frame(lambda: Outlet(visit, PORTAL_PAGES), sign_in=SIGN_IN)
        return None
    if arrival is None:
        return RedirectResponse(redirect_to_sign_in(request.url.path, request.url.query, SIGN_IN), status_code=303)
    if arrival.fresh_secret is not None:
        return with_fresh_secret(console, arrival.fresh_secret, request.url.path, request.url.query)
    visit = Visit(console, arrival.session_id, ui.context.client, address_of(request))
    try:
        actor = await visit.ask(who)
    except SessionEndedError:
        return RedirectResponse(redirect_to_sign_in(request.url.path, request.url.query, SIGN_IN), status_code=303)
    visit.client.on_exception(lambda error: tell_problem(visit, error))
    frame(visit, actor, lambda: Outlet(visit, PAGES))
    return None
