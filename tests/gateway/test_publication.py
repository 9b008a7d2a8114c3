"""What no node could take does not become a snapshot: nodes take one as a whole, or nothing of it."""

from typing import Any

import pytest

from factories import make_team
from passgate.contracts.gateway_snapshot import GatewaySnapshot
from passgate.gateway.models import SnapshotRow
from passgate.gateway.publication import Publication
from passgate.gateway.repository import latest_snapshot
from passgate.kernel.actor import SYSTEM
from passgate.kernel.errors import InvalidInputError
from passgate.publishing.models import Service
from passgate.publishing.published_state import published_services
from passgate.publishing.schemas import ServiceIn
from passgate.publishing.service.services import create_service
from passgate.storage.work import Storage, Work

UNTAKEABLE: list[dict[str, Any]] = [{"kind": "request_headers", "set": {"x_a": "b"}}]
"""As a release without the rule has stored it."""


@pytest.fixture
def team(storage: Storage) -> str:
    with storage.writing() as work:
        return make_team(work).id


def made(work: Work, team: str, name: str) -> Service:
    given = ServiceIn(team_id=team, name=name, base_path=f"/{name}", upstream_url="http://localhost:9", publish=True)
    return work.session.get_one(Service, create_service(SYSTEM, work, given).id)


def newest(work: Work) -> SnapshotRow:
    found = latest_snapshot(work)
    assert found is not None
    return found


def test_a_service_that_no_node_takes_is_refused(storage: Storage, team: str) -> None:
    publication = Publication("https://gate.example", "passgate")
    with storage.writing() as work:
        service = made(work, team, "orders")
        assert publication.publish(work) == 1
        service.policies = UNTAKEABLE
        work.session.flush()
        with pytest.raises(InvalidInputError, match="orders cannot be published: The header 'x_a'"):
            publication.publish(work)
        assert newest(work).version == 1


def test_one_that_is_published_already_holds_up_nobody(storage: Storage, team: str) -> None:
    publication = Publication("https://gate.example", "passgate")
    with storage.writing() as work:
        made(work, team, "orders").policies = UNTAKEABLE
        work.session.flush()
        state = GatewaySnapshot(version=1, issuer="i", audience="a", published=published_services(work))
        now = work.clock.now()
        row = SnapshotRow(version=1, digest="", gateway=state.model_dump_json(), inference="{}", created_at=now)
        work.session.add(row)
        made(work, team, "shop")
        assert publication.publish(work) == 2
        assert {one.name for one in GatewaySnapshot.model_validate_json(newest(work).gateway).published} == {
            "orders",
            "shop",
        }
