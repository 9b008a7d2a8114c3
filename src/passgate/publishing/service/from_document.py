"""A service whose first revision is what an OpenAPI document says."""

from passgate.contracts.service_policy import Access
from passgate.kernel.actor import Actor
from passgate.kernel.given import Input
from passgate.kernel.permissions import Permission
from passgate.kernel.text import Line, Paragraph
from passgate.publishing.definition_input import DefinitionIn
from passgate.publishing.openapi.intake import Intake
from passgate.publishing.openapi.service import keep_document
from passgate.publishing.revision_rows import definition_of
from passgate.publishing.schemas import BasePath, ServiceChange, ServiceIn, ServiceView, Tags, UpstreamUrl, Visibility
from passgate.publishing.secrets import shown_definition
from passgate.publishing.service.lifecycle import publish_service
from passgate.publishing.service.revisions import create_revision, own_revision, require_unchanged, update_revision
from passgate.publishing.service.services import create_service, update_service
from passgate.publishing.version_schemas import RevisionChange, RevisionDetail, RevisionIn
from passgate.storage.work import Work

_LONGEST_NAME = 100


class DescribedServiceIn(Input):
    """What the document does not say."""

    team_id: str
    name: Line | None = None
    """None: the document's title."""
    description: Paragraph = ""
    base_path: BasePath
    access: Access = "subscription"
    visibility: Visibility = "all_teams"
    tags: Tags = ()
    upstream_url: UpstreamUrl | None = None
    mock: bool = False
    publish: bool = False
    """Whether it is published at once."""


def create_from_document(actor: Actor, work: Work, intake: Intake, given: DescribedServiceIn) -> ServiceView:
    """Keep the document, and add a service of its name and routes, as a draft or published at once.

    Raises:
        NotFoundError: no such team, or none that the actor has a part in.
        ForbiddenError: without the permission service:write in the team; to publish, without service:publish.
        NotPublishableError: it is to be published, and there is neither an upstream nor a mock.
        BasePathTakenError: the base path is in use, or lies within or around another team's.
    """
    kept = keep_document(actor, work, given.team_id, intake)
    definition = DefinitionIn(document=kept.digest, routes=tuple(one.route for one in kept.operations), mock=given.mock)
    name = given.name or " ".join(kept.title.split())[:_LONGEST_NAME] or "Service"
    told = given.model_dump(include={"team_id", "description", "base_path", "access", "visibility", "tags"})
    made = create_service(actor, work, ServiceIn.model_validate({**told, "name": name, "definition": definition}))
    if given.upstream_url is not None:
        made = update_service(actor, work, made.id, ServiceChange(upstream_url=given.upstream_url))
    return publish_service(actor, work, made.id) if given.publish else made


def describe_revision(  # noqa: PLR0913, PLR0917 - what is described, by what, and from where on
    actor: Actor, work: Work, service_id: str, revision_id: str, intake: Intake, based_on: str | None = None
) -> RevisionDetail:
    """Give a revision another document and its routes: a draft is changed, of any other a new one is made.

    A route that stays keeps its upstream and its rewriting.

    Raises:
        NotFoundError: no such service or revision, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:write.
        RevisionChangedError: the draft has another digest than the one that the change is based on.
        InvalidInputError: a policy names a route that the document no longer has.
    """
    service, row = own_revision(actor, work, service_id, revision_id, Permission.SERVICE_WRITE)
    require_unchanged(work, row, based_on)
    kept = keep_document(actor, work, service.team_id, intake)
    before = shown_definition(definition_of(row))
    known = {route.id: route for route in before.routes}
    routes = [one.route for one in kept.operations]
    for at, route in enumerate(routes):
        if (old := known.get(route.id)) is not None:
            same_path = old.path == route.path
            told = {"pool": old.pool, "rewrite": old.rewrite if same_path else route.rewrite}
            routes[at] = route.model_copy(update=told)
    definition = DefinitionIn.model_validate(
        {
            **before.model_dump(mode="json"),
            "document": kept.digest,
            "routes": [route.model_dump(mode="json") for route in routes],
        }
    )
    if row.status == "draft":
        return update_revision(actor, work, service_id, revision_id, RevisionChange(definition=definition))
    return create_revision(actor, work, service_id, row.version_id, RevisionIn(definition=definition))
