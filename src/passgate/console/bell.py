"""The bell: how many alerts nobody has acknowledged."""

from nicegui import ui

from passgate.console.components.icon import icon
from passgate.console.components.text import Words, box
from passgate.console.edge import MOUNT_PATH
from passgate.console.visit import SessionEndedError, Visit
from passgate.kernel.errors import PassgateError
from passgate.metering.alerts.service import count_unread

_EVERY_SECONDS = 20.0
_MOST_SHOWN = 99


def bell(visit: Visit) -> None:
    """A link to the alerts, with their number, which keeps up by itself."""
    with box("pg-bell", "a").props(f'href="{MOUNT_PATH}/alerts" aria-label="Alerts"') as link:
        icon("bell")
        count = Words("", "span", "pg-bell-count")
    count.set_visibility(False)

    async def look() -> None:
        try:
            found = (await visit.ask(count_unread)).count
        except SessionEndedError:
            ticking.deactivate()  # the next click leads to the sign-in
            return
        except PassgateError:
            return  # a right that was taken away; the page says so when it is opened
        count.say(f"{_MOST_SHOWN}+" if found > _MOST_SHOWN else str(found))
        count.set_visibility(found > 0)
        link.props(f'aria-label="Alerts, {found} new"')

    ticking = ui.timer(_EVERY_SECONDS, look)
