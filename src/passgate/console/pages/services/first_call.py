"""How a service is called for the first time: by a path that it has."""

from passgate.kernel.actor import Actor
from passgate.kernel.errors import NotFoundError
from passgate.publishing.portal.documents import portal_document
from passgate.publishing.portal.samples import samples_of
from passgate.publishing.schemas import ServiceView
from passgate.storage.work import Work


def first_call(actor: Actor, work: Work, service: ServiceView, origin: str) -> str:
    """A curl command for the first operation of its document, or for its base path where it has none."""
    with_token = service.access != "public"
    try:
        found = samples_of(portal_document(actor, work, service.id), origin, with_token=with_token)
    except NotFoundError:  # nothing of it is published
        found = []
    if found:
        return next((one.curl for one in found if one.method == "GET"), found[0].curl)
    url = f'curl "{origin}{service.base_path}/"'
    return f'{url} \\\n  -H "Authorization: Bearer $PASSGATE_TOKEN"' if with_token else url
