"""The bell and the letter box: how much of what is told nobody has seen to."""

from collections.abc import Callable

from nicegui import ui

from passgate.console.components.icon import icon
from passgate.console.components.text import Words, box
from passgate.console.edge import MOUNT_PATH
from passgate.console.visit import SessionEndedError, Visit
from passgate.kernel.actor import Actor
from passgate.kernel.errors import PassgateError
from passgate.metering.alerts import service as alerts
from passgate.publishing.notices import service as notices
from passgate.storage.work import Work

_EVERY_SECONDS = 20.0
_MOST_SHOWN = 99


def bell(visit: Visit) -> None:
    """A link to the alerts, with their number, which keeps up by itself."""
    _counted(visit, "Alerts", "/alerts", "bell", lambda actor, work: alerts.count_unread(actor, work).count)


def letter_box(visit: Visit) -> None:
    """A link to the notices of one's teams, with the number of those that nobody has put away."""
    _counted(visit, "Notices", "/portal/mine", "letter", notices.count_unread)


def _counted(visit: Visit, title: str, path: str, symbol: str, use_case: Callable[[Actor, Work], int]) -> None:
    with box("pg-bell", "a").props(f'href="{MOUNT_PATH}{path}" aria-label="{title}" title="{title}"') as link:
        icon(symbol)
        count = Words("", "span", "pg-bell-count")
    count.set_visibility(False)

    async def look() -> None:
        try:
            found = await visit.ask(use_case)
        except SessionEndedError:
            ticking.deactivate()  # the next click leads to the sign-in
            return
        except PassgateError:
            return  # a right that was taken away; the page says so when it is opened
        count.say(f"{_MOST_SHOWN}+" if found > _MOST_SHOWN else str(found))
        count.set_visibility(found > 0)
        link.props(f'aria-label="{title}, {found} new"')

    ticking = ui.timer(_EVERY_SECONDS, look)
