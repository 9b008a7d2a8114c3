"""What a limit can be set on, for a choice."""

from passgate.catalog.service.models import list_models
from passgate.catalog.service.providers import list_providers
from passgate.console.pages.teams_of import team_names
from passgate.identity.service.applications import list_applications
from passgate.identity.service.users import list_users
from passgate.kernel.actor import Actor
from passgate.kernel.pagination import MAX_PAGE, PageRequest
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work


def limit_targets(actor: Actor, work: Work) -> dict[str, str]:
    """Things by ``scope|id``, as far as the actor may see them; of each kind the newest few hundred."""
    page = PageRequest(limit=MAX_PAGE)
    found = {f"team|{team_id}": f"Team {name}" for team_id, name in team_names(actor, work).items()}
    if _sees(actor, Permission.APPLICATION_READ):
        for application in list_applications(actor, work, page).items:
            found[f"application|{application.id}"] = f"Application {application.name}"
    if _sees(actor, Permission.USER_READ):
        for user in list_users(actor, work, page).items:
            found[f"user|{user.id}"] = f"User {user.email}"
    if _sees(actor, Permission.MODEL_READ):
        for model in list_models(actor, work, page).items:
            found[f"model|{model.id}"] = f"Model {model.name}"
    if _sees(actor, Permission.PROVIDER_READ):
        for provider in list_providers(actor, work, page).items:
            found[f"provider|{provider.id}"] = f"Provider {provider.name}"
    return found


def _sees(actor: Actor, permission: Permission) -> bool:
    return actor.teams_with(permission) != frozenset()
