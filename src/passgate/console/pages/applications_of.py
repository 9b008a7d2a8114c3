"""The applications that a form or a filter may offer: the newest, and any by what is typed."""

from collections.abc import Mapping

from nicegui import ui

from passgate.console.components.field import filter_field
from passgate.console.components.server_search import fitting, search_on_server
from passgate.console.visit import Visit
from passgate.identity.service.applications import application_names, list_applications
from passgate.kernel.actor import Actor
from passgate.kernel.pagination import MAX_PAGE, PageRequest
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work

_EVERY = {"": "Every application"}


def readable_applications(actor: Actor, work: Work, text: str = "") -> dict[str, str]:
    """The names of those that the actor may read and whose name holds a text, by id; the newest of many."""
    if actor.teams_with(Permission.APPLICATION_READ) == frozenset():
        return {}
    return {one.id: one.name for one in list_applications(actor, work, PageRequest(limit=MAX_PAGE), search=text).items}


def offered_applications(actor: Actor, work: Work, chosen: str = "") -> dict[str, str]:
    """The same before anything is typed, and with them the one that is chosen, however old."""
    return readable_applications(actor, work) | application_names(actor, work, [chosen])


def application_filter(visit: Visit, offered: Mapping[str, str], chosen: str = "") -> ui.select:
    """A filter of a list by application.

    Args:
        visit: who looks.
        offered: what stands there before anything is typed.
        chosen: the application that it stands at; none, or one that is not offered: every.
    """
    value = chosen if chosen in offered else ""
    field = filter_field("Application", {**_EVERY, **offered}, value, searchable=True)

    async def find(text: str) -> dict[str, str]:
        return {**fitting(_EVERY, text), **await visit.ask(readable_applications, text)}

    search_on_server(field, find)
    return field
