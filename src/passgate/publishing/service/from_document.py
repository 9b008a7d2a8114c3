"""A service whose first revision is what an OpenAPI document says."""

from passgate.kernel.actor import Actor
from passgate.kernel.given import Input
from passgate.publishing.definition_input import DefinitionIn
from passgate.publishing.openapi.intake import Intake
from passgate.publishing.openapi.service import keep_document
from passgate.publishing.schemas import BasePath, ServiceChange, ServiceIn, ServiceView, UpstreamUrl
from passgate.publishing.service.services import create_service, update_service
from passgate.storage.work import Work

_LONGEST_NAME = 100


class DescribedServiceIn(Input):
    """What the document does not say."""

    team_id: str
    base_path: BasePath
    upstream_url: UpstreamUrl | None = None
    mock: bool = False


def create_from_document(actor: Actor, work: Work, intake: Intake, given: DescribedServiceIn) -> ServiceView:
    """Keep the document, and add a service of its name and routes, as a draft.

    Raises:
        NotFoundError: no such team, or none that the actor has a part in.
        ForbiddenError: without the permission service:write in the team.
        BasePathTakenError: the base path is in use, or lies within or around another team's.
    """
    kept = keep_document(actor, work, given.team_id, intake)
    definition = DefinitionIn(document=kept.digest, routes=tuple(one.route for one in kept.operations), mock=given.mock)
    name = " ".join(kept.title.split())[:_LONGEST_NAME] or "Service"
    wanted = {"team_id": given.team_id, "name": name, "base_path": given.base_path, "definition": definition}
    made = create_service(actor, work, ServiceIn.model_validate(wanted))
    if given.upstream_url is None:
        return made
    return update_service(actor, work, made.id, ServiceChange(upstream_url=given.upstream_url))
