"""What a limit can be set on, for a choice."""

from passgate.catalog.service.models import list_models
from passgate.catalog.service.providers import list_providers
from passgate.console.components.server_search import fitting
from passgate.console.pages.teams_of import team_names
from passgate.identity.service.applications import list_applications
from passgate.identity.service.users import list_users
from passgate.kernel.actor import Actor
from passgate.kernel.pagination import MAX_PAGE, PageRequest
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work


def limit_targets(actor: Actor, work: Work, text: str = "") -> dict[str, str]:
    """Things by ``scope|id`` whose label holds a text, as far as the actor may see them; of a kind the newest."""
    name = text.partition(" ")[2]
    found = _named(actor, work, text)
    if text:
        # “Team log” is the label of the team Logistics, whose name holds “log”.
        found = _named(actor, work, name) | found
    return fitting(found, text)


def _named(actor: Actor, work: Work, text: str) -> dict[str, str]:
    page = PageRequest(limit=MAX_PAGE)
    found = {f"team|{team_id}": f"Team {name}" for team_id, name in team_names(actor, work).items()}
    if _sees(actor, Permission.APPLICATION_READ):
        for application in list_applications(actor, work, page, search=text).items:
            found[f"application|{application.id}"] = f"Application {application.name}"
    if _sees(actor, Permission.USER_READ):
        for user in list_users(actor, work, page, search=text).items:
            found[f"user|{user.id}"] = f"User {user.email}"
    if _sees(actor, Permission.MODEL_READ):
        for model in list_models(actor, work, page, search=text).items:
            found[f"model|{model.id}"] = f"Model {model.name}"
    if _sees(actor, Permission.PROVIDER_READ):
        for provider in list_providers(actor, work, page, search=text).items:
            found[f"provider|{provider.id}"] = f"Provider {provider.name}"
    return found


def _sees(actor: Actor, permission: Permission) -> bool:
    return actor.teams_with(permission) != frozenset()
