"""The simple way: a service's upstream and timeouts set directly, with revisions made behind it."""

from passgate.kernel.actor import Actor
from passgate.kernel.errors import InvalidInputError
from passgate.publishing import version_repository
from passgate.publishing.definition import RevisionDefinition
from passgate.publishing.errors import ReviewRequiredError, WrongStatusError
from passgate.publishing.models import Service
from passgate.publishing.revision_rows import definition_of, new_revision, redefine
from passgate.publishing.schemas import ServiceChange, ServiceIn
from passgate.publishing.secrets import sealed_definition
from passgate.publishing.service.publication import publish_row
from passgate.publishing.service_view import main_revision, shown_version
from passgate.publishing.simple_upstream import SimpleUpstream, moves_secrets, simple_of, with_simple
from passgate.storage.work import Work


def given_definition(actor: Actor, work: Work, row: Service, given: ServiceIn) -> RevisionDefinition:
    """What a new service's first revision says.

    Raises:
        InvalidInputError: both an upstream URL and a definition.
    """
    if given.definition is not None:
        if given.upstream_url is not None:
            raise InvalidInputError("Give either an upstream URL or a definition.", field="upstream_url")
        return sealed_definition(actor, work, row, given.definition)
    if given.upstream_url is None:
        return RevisionDefinition()
    simple = SimpleUpstream(given.upstream_url, given.host_header, given.timeout_ms, given.connect_timeout_ms)
    return with_simple(RevisionDefinition(), simple)


def change_simple(actor: Actor, work: Work, service: Service, change: ServiceChange) -> None:
    """Change the default version's upstream or timeouts: a draft in place, what is published by a new revision.

    Raises:
        ReviewRequiredError: a revision has to be reviewed before it is published.
        WrongStatusError: several revisions share the calls; which one is meant, nobody can say.
        InvalidInputError: the upstream has credentials that were given for another address.
    """
    version = shown_version(service, version_repository.versions_of(work, service.id))
    if version is None:
        raise WrongStatusError(f"{service.name} has no version yet.")
    live = version_repository.live_revisions(work, version.id)
    newest = version_repository.newest_revision(work, version.id)
    revision = main_revision(live, newest)
    before = definition_of(revision) if revision else RevisionDefinition()
    after = with_simple(before, _changed(simple_of(before), change))
    if after == before:
        return
    if change.upstream_url is not None and moves_secrets(before, change.upstream_url):
        rule = "The upstream has credentials that were given for its address: change it by a revision."
        raise InvalidInputError(rule, field="upstream_url")
    if revision is not None and revision.status == "draft":
        redefine(actor, service, revision, after)
        return
    if version.status in {"published", "deprecated"} and service.review_required:
        raise ReviewRequiredError(f"{service.name} is reviewed: make a revision and submit it.")
    if len(live) > 1:
        raise WrongStatusError("Several revisions share the calls: make a new revision instead.")
    made = new_revision(actor, work, service, version, after, note="Changed by the simple form.")
    if version.status in {"published", "deprecated"}:
        publish_row(actor, work, service, version, made)
    elif live:
        # Retired: what comes back when it is published again.
        live[0].status, live[0].weight = "superseded", None
        made.status, made.weight = "published", 100


def _changed(before: SimpleUpstream, change: ServiceChange) -> SimpleUpstream:
    given = change.model_fields_set
    return SimpleUpstream(
        url=change.upstream_url if change.upstream_url is not None else before.url,
        host_header=change.host_header if "host_header" in given else before.host_header,
        timeout_ms=before.timeout_ms if change.timeout_ms is None else change.timeout_ms,
        connect_timeout_ms=before.connect_timeout_ms
        if change.connect_timeout_ms is None
        else change.connect_timeout_ms,
    )
