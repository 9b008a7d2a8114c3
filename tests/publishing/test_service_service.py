import pytest
from pydantic import ValidationError

from passgate.contracts.service_policy import AccessPolicy, TimeoutPolicy
from passgate.contracts.upstream_pool import PoolEndpoint, PoolTls, UpstreamPool
from passgate.kernel.actor import Actor
from passgate.kernel.errors import ForbiddenError, NotFoundError
from passgate.kernel.pagination import PageRequest
from passgate.publishing.errors import BasePathTakenError, WrongStatusError
from passgate.publishing.published_state import published_services
from passgate.publishing.schemas import ServiceChange, ServiceFilter, ServiceIn, ServiceView
from passgate.publishing.service.lifecycle import publish_service, retire_service
from passgate.publishing.service.services import (
    create_service,
    delete_service,
    get_service,
    list_services,
    update_service,
)
from passgate.storage.work import Storage


def orders(**fields: object) -> ServiceIn:
    given = {"team_id": "team_red", "name": "Orders", "base_path": "/orders", "upstream_url": "http://localhost:9000"}
    return ServiceIn.model_validate({**given, **fields})


def made(storage: Storage, actor: Actor, **fields: object) -> ServiceView:
    with storage.writing() as work:
        return create_service(actor, work, orders(**fields))


def paths(storage: Storage) -> list[str]:
    with storage.reading() as work:
        return [service.base_path for service in published_services(work) if service.versions[0].revisions]


def test_a_draft_has_no_route_until_it_is_published(storage: Storage, red: Actor) -> None:
    draft = made(storage, red)
    assert (draft.status, draft.published_at, draft.created_by) == ("draft", None, red.id)
    assert paths(storage) == []

    with storage.writing() as work:
        published = publish_service(red, work, draft.id)
        assert work.snapshot_changed
    assert published.status == "published"
    assert published.published_at == storage.clock.now()
    assert paths(storage) == ["/orders"]

    with storage.writing() as work:
        assert publish_service(red, work, draft.id) == published


def test_retiring_takes_the_route_away_and_publishing_brings_it_back(storage: Storage, red: Actor) -> None:
    service = made(storage, red, publish=True)
    assert paths(storage) == ["/orders"]

    with storage.writing() as work:
        assert retire_service(red, work, service.id).status == "retired"
    assert paths(storage) == []
    with storage.writing() as work:
        publish_service(red, work, service.id)
    assert paths(storage) == ["/orders"]


def test_a_draft_cannot_be_retired_nor_a_published_service_deleted(storage: Storage, red: Actor) -> None:
    draft = made(storage, red)
    published = made(storage, red, base_path="/other", publish=True)

    with storage.writing() as work, pytest.raises(WrongStatusError):
        retire_service(red, work, draft.id)
    with storage.writing() as work, pytest.raises(WrongStatusError):
        delete_service(red, work, published.id)
    with storage.writing() as work:
        delete_service(red, work, draft.id)
    with storage.reading() as work, pytest.raises(NotFoundError):
        get_service(red, work, draft.id)


def test_the_gate_is_told_all_it_needs(storage: Storage, red: Actor) -> None:
    service = made(
        storage,
        red,
        publish=True,
        access="token",
        strip_base_path=False,
        upstream_url="https://api.example.com:444/v2/",
        host_header="orders.example.com",
        timeout_ms=0,
        connect_timeout_ms=100,
    )

    with storage.reading() as work:
        (published,) = published_services(work)
    assert (published.id, published.name, published.team_id) == (service.id, "Orders", "team_red")
    assert (published.base_path, published.strip_base_path) == ("/orders", False)
    assert published.policies == (AccessPolicy(who="token"),)
    (revision,) = published.versions[0].revisions
    assert revision.policies == (TimeoutPolicy(total_ms=0),)
    assert revision.pools == (
        UpstreamPool(
            endpoints=(PoolEndpoint(host="api.example.com", port=444),),
            tls=PoolTls(),
            path_prefix="/v2",
            host_header="orders.example.com",
            connect_timeout_ms=100,
        ),
    )


def test_a_change_keeps_what_it_does_not_name(storage: Storage, red: Actor) -> None:
    service = made(storage, red, host_header="a.example", description="Old", publish=True)

    with storage.writing() as work:
        change = ServiceChange.model_validate({"host_header": None, "base_path": "/sales", "name": None})
        changed = update_service(red, work, service.id, change)
        assert work.snapshot_changed

    assert changed == service.model_copy(update={"host_header": None, "base_path": "/sales"})
    assert paths(storage) == ["/sales"]


def test_base_paths_are_unique_whatever_the_status(storage: Storage, red: Actor) -> None:
    made(storage, red)
    other = made(storage, red, base_path="/other")

    with storage.writing() as work:
        with pytest.raises(BasePathTakenError) as refused:
            create_service(red, work, orders(name="Again"))
        assert refused.value.field == "base_path"
    with storage.writing() as work, pytest.raises(BasePathTakenError):
        update_service(red, work, other.id, ServiceChange(base_path="/orders"))
    with storage.writing() as work:
        assert update_service(red, work, other.id, ServiceChange(base_path="/other")) == other


@pytest.mark.parametrize("path", ["/shop/orders/new", "/shop"])
def test_no_path_within_or_around_another_team_s(storage: Storage, red: Actor, blue: Actor, path: str) -> None:
    made(storage, red, base_path="/shop/orders")

    with storage.writing() as work, pytest.raises(BasePathTakenError):
        create_service(blue, work, orders(team_id="team_blue", base_path=path))
    own = made(storage, red, base_path=path)
    assert own.base_path == path


@pytest.mark.parametrize("path", ["/shop/orders2", "/shop/order", "/shop_orders", "/sho"])
def test_names_that_only_begin_alike_are_no_neighbours(storage: Storage, red: Actor, blue: Actor, path: str) -> None:
    made(storage, red, base_path="/shop/orders")

    assert made(storage, blue, team_id="team_blue", base_path=path).base_path == path


def test_an_underscore_is_no_wildcard(storage: Storage, red: Actor, blue: Actor) -> None:
    made(storage, red, base_path="/shopx/orders")

    assert made(storage, blue, team_id="team_blue", base_path="/shop_").base_path == "/shop_"


def test_drafts_are_the_team_s_own(storage: Storage, red: Actor, red_viewer: Actor, blue: Actor) -> None:
    draft = made(storage, red)

    with storage.reading() as work:
        assert get_service(red_viewer, work, draft.id) == draft
        assert list_services(blue, work, PageRequest()).items == []
        with pytest.raises(NotFoundError):
            get_service(blue, work, draft.id)


def test_published_services_are_seen_by_all_without_their_upstream(
    storage: Storage, red: Actor, blue_viewer: Actor
) -> None:
    service = made(storage, red, publish=True, host_header="secret.example")

    with storage.reading() as work:
        seen = get_service(blue_viewer, work, service.id)
        assert list_services(blue_viewer, work, PageRequest()).items == [seen]
    assert seen.name == "Orders"
    assert seen.upstream_url is None
    assert seen.host_header is None
    assert seen.created_by is None
    assert seen.subscription_count is None


def test_only_the_team_s_owners_write(
    storage: Storage, admin: Actor, red: Actor, red_viewer: Actor, blue: Actor
) -> None:
    service = made(storage, red, publish=True)

    with storage.writing() as work:
        with pytest.raises(ForbiddenError):
            update_service(red_viewer, work, service.id, ServiceChange(name="Mine"))
        with pytest.raises(ForbiddenError):
            create_service(red_viewer, work, orders(base_path="/x"))
        for step in (publish_service, retire_service, delete_service):
            with pytest.raises(ForbiddenError):
                step(red_viewer, work, service.id)
            with pytest.raises(NotFoundError):
                step(blue, work, service.id)
        with pytest.raises(NotFoundError):
            update_service(blue, work, service.id, ServiceChange(name="Mine"))
        with pytest.raises(NotFoundError):
            create_service(blue, work, orders(base_path="/x"))
        with pytest.raises(NotFoundError):
            create_service(admin, work, orders(base_path="/x", team_id="team_none"))
    with storage.reading() as work:
        assert get_service(red, work, service.id) == service


def test_pages_search_and_status(storage: Storage, red: Actor, blue: Actor) -> None:
    for number in range(4):
        made(storage, red, base_path=f"/s{number}", name=f"Service {number}", publish=number > 1)

    with storage.reading() as work:
        first = list_services(red, work, PageRequest(limit=3))
        second = list_services(red, work, PageRequest(limit=3, after=first.next_cursor))
        assert len(first.items) == 3
        assert len(second.items) == 1
        assert second.next_cursor is None
        assert [
            row.name for row in list_services(red, work, PageRequest(), ServiceFilter(search="SERVICE 2")).items
        ] == ["Service 2"]
        assert [row.name for row in list_services(red, work, PageRequest(), ServiceFilter(search="/s3")).items] == [
            "Service 3"
        ]
        assert len(list_services(red, work, PageRequest(), ServiceFilter(status="draft")).items) == 2
        assert list_services(blue, work, PageRequest(), ServiceFilter(status="draft")).items == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": " "}, "name"),
        ({"base_path": "/v1"}, "base_path"),
        ({"upstream_url": "http://u:p@host"}, "upstream_url"),
        ({"host_header": "a b"}, "host_header"),
        ({"access": "everyone"}, "access"),
        ({"timeout_ms": -1}, "timeout_ms"),
        ({"connect_timeout_ms": 10}, "connect_timeout_ms"),
        ({"description": "x" * 2001}, "description"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_bad_input_names_its_field(fields: dict[str, object], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        orders(**fields)

    assert refused.value.errors()[0]["loc"] == (field,)
