"""The services that a form may offer: the newest, and any by what is typed."""

from passgate.kernel.actor import Actor
from passgate.kernel.pagination import MAX_PAGE, PageRequest
from passgate.kernel.permissions import Permission
from passgate.publishing.schemas import ServiceFilter
from passgate.publishing.service.services import list_services
from passgate.storage.work import Work


def callable_services(actor: Actor, work: Work, text: str = "") -> dict[str, str]:
    """Those that the actor may find, not retired, whose name or path holds a text, by id; the newest of many."""
    if actor.teams_with(Permission.SERVICE_READ) == frozenset():
        return {}
    found = list_services(actor, work, PageRequest(limit=MAX_PAGE), ServiceFilter(search=text or None)).items
    return {one.id: f"{one.name} ({one.base_path})" for one in found if one.status != "retired"}
