"""The gate joins routes whose paths alone differ; which operation a call was of is found again when somebody looks."""

from sqlalchemy import select

from passgate.kernel.actor import Actor
from passgate.publishing.models import ServiceRevision
from passgate.publishing.operation_of_call import CalledPath, operations_of
from passgate.publishing.schemas import ServiceIn
from passgate.publishing.service.services import create_service
from passgate.publishing.service.versions import create_version
from passgate.publishing.version_schemas import VersionIn
from passgate.storage.work import Storage

ROUTES = [
    {"id": "root", "methods": ["GET"], "path": "/"},
    {"id": "pets", "methods": ["GET"], "path": "/pets"},
    {"id": "mine", "methods": ["GET"], "path": "/pets/mine"},
    {"id": "pet", "methods": ["GET"], "path": "/pets/{id}"},
    {"id": "photo", "methods": ["GET"], "path": "/pets/{id}/photo"},
    {"id": "change", "methods": ["PUT", "PATCH"], "path": "/pets/{id}"},
    {"id": "files", "methods": [], "path": "/files/{path*}"},
]
POOL = {"name": "default", "endpoints": [{"host": "127.0.0.1", "port": 9}]}


def test_the_most_exact_route_that_takes_path_and_method(storage: Storage, red: Actor) -> None:
    given = {"team_id": "team_red", "name": "Shop", "base_path": "/shop", "upstream_url": "http://localhost:9"}
    definition = {"routes": ROUTES, "pools": [POOL]}
    with storage.writing() as work:
        service = create_service(red, work, ServiceIn.model_validate(given))
        version = create_version(
            red, work, service.id, VersionIn.model_validate({"name": "v7", "definition": definition})
        )
    with storage.reading() as work:
        wanted = select(ServiceRevision.id).where(ServiceRevision.version_id == version.id)
        revision = work.session.scalars(wanted).one()
        asked = {
            ("GET", "/shop"): "root",
            ("GET", "/shop/v7/"): "root",
            ("GET", "/shop/pets"): "pets",
            ("GET", "/shop/v7/pets"): "pets",
            ("GET", "/shop/v7/pets/mine"): "mine",
            ("GET", "/shop/v7/pets/7"): "pet",
            ("PATCH", "/shop/pets/mine"): "change",
            ("GET", "/shop/pets/7/photo"): "photo",
            ("POST", "/shop/files/a/b"): "files",
            ("POST", "/shop/files"): "files",
            ("DELETE", "/shop/pets/7"): None,
            ("GET", "/shopping/pets"): None,
        }
        calls = {CalledPath(revision, *call): route for call, route in asked.items()}
        lost = CalledPath("rev_gone", "GET", "/shop")
        found = operations_of(work.session, [*calls, lost])
    assert found == {call: route for call, route in calls.items() if route is not None}
