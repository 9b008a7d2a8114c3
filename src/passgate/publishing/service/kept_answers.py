"""Answers of a service that the gate keeps, and their purge."""

from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.publishing import version_repository
from passgate.publishing.errors import NoCacheError
from passgate.publishing.models import Service
from passgate.publishing.schemas import ServiceView
from passgate.publishing.service.services import own_service
from passgate.publishing.service_view import view_of
from passgate.storage.work import Work

_CACHE = "response_cache"


def purge_answers(actor: Actor, work: Work, service_id: str) -> ServiceView:
    """Have no answer that was kept until now be given again, whatever its version, revision and caller.

    Raises:
        NotFoundError: no such service, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:publish.
        NoCacheError: neither the service nor a published revision of it has the policy ``response_cache``.
    """
    row = own_service(actor, work, service_id, Permission.SERVICE_PUBLISH)
    if not _keeps_answers(work, row):
        raise NoCacheError(f"{row.name} keeps no answers: it has no policy response_cache.")
    # Of two purges at once the second one counts on from the first: what was kept between them goes, too.
    work.session.refresh(row, with_for_update=True)
    row.cache_epoch += 1
    work.session.flush()
    return view_of(actor, work, row)


def _keeps_answers(work: Work, row: Service) -> bool:
    live = version_repository.live_of_services(work, [row.id])
    of_revisions = (one.definition.get("policies", ()) for revisions in live.values() for one in revisions)
    return any(policy["kind"] == _CACHE for policies in (row.policies, *of_revisions) for policy in policies)
