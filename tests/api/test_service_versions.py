from collections.abc import Iterator
from typing import Any

import pytest

from api.house import House, answer, open_house
from passgate.publishing.published_state import published_services
from passgate.storage.work import Storage

ROOT = "/api/v1/services"
POOL = {"endpoints": [{"host": "new.internal", "port": 81}]}


@pytest.fixture
def house(storage: Storage) -> Iterator[House]:
    with open_house(storage) as house:
        yield house


def made(house: House, **fields: object) -> str:
    """The URL of a published service of red."""
    service = {"name": "Orders", "base_path": "/orders", "upstream_url": "http://localhost:9000", "publish": True}
    return f"{ROOT}/{answer(house.owner.post(ROOT, json={'team_id': house.red, **service, **fields}), 201)['id']}"


def published(house: House) -> list[tuple[str, str, list[tuple[int, int]]]]:
    """Name, status, and number and weight of the revisions, of each version of the one service."""
    with house.storage.reading() as work:
        (service,) = published_services(work)
    return [
        (one.name, one.status, [(revision.number, revision.weight) for revision in one.revisions])
        for one in service.versions
    ]


def test_versions_live_side_by_side_and_revisions_replace_each_other(house: House) -> None:
    one = made(house)
    version = answer(house.owner.post(f"{one}/versions", json={"name": "v2", "definition": {"pools": [POOL]}}), 201)
    assert (version["status"], version["is_default"], version["live"]) == ("draft", False, [])
    (first,) = answer(house.viewer.get(f"{one}/versions/v2/revisions"), 200)["items"]
    answer(house.owner.post(f"{one}/revisions/{first['id']}/publish"), 200)
    assert published(house) == [("v1", "published", [(1, 100)]), ("v2", "published", [(1, 100)])]

    second = answer(house.owner.post(f"{one}/versions/v2/revisions", json={"note": "Mocked"}), 201)
    assert (second["number"], second["status"]) == (2, "draft")
    assert second["definition"]["pools"][0]["endpoints"] == [{"host": "new.internal", "port": 81, "weight": 1}]
    answer(house.owner.post(f"{one}/revisions/{second['id']}/publish"), 200)
    assert published(house)[1] == ("v2", "published", [(2, 100)])
    assert answer(house.owner.get(f"{one}/revisions/{first['id']}"), 200)["status"] == "superseded"
    frozen = answer(house.owner.patch(f"{one}/revisions/{first['id']}", json={"note": "x"}), 409)
    assert frozen["code"] == "wrong_status"


def test_the_simple_form_makes_a_revision_and_publishes_it(house: House) -> None:
    one = made(house)
    changed = answer(house.owner.patch(one, json={"upstream_url": "https://other.example", "timeout_ms": 5}), 200)
    assert (changed["upstream_url"], changed["timeout_ms"]) == ("https://other.example", 5)
    assert published(house) == [("v1", "published", [(2, 100)])]
    answer(house.owner.patch(one, json={"upstream_url": "https://other.example"}), 200)
    assert published(house) == [("v1", "published", [(2, 100)])]


def test_secrets_are_sealed_never_shown_and_stay_with_their_address(house: House) -> None:
    pool: dict[str, Any] = {**POOL, "credentials": [{"header": "Authorization", "value": "Bearer hidden"}]}
    one = made(house, upstream_url=None, definition={"pools": [pool]})
    (revision,) = answer(house.owner.get(f"{one}/versions/v1/revisions"), 200)["items"]
    response = house.owner.get(f"{one}/revisions/{revision['id']}")
    assert "hidden" not in response.text
    shown = response.json()["definition"]
    with house.storage.reading() as work:
        (service,) = published_services(work)
        (credential,) = service.versions[0].revisions[0].pools[0].credentials
        assert (credential.header, work.vault.open(credential.sealed_value)) == ("authorization", "Bearer hidden")

    revisions = f"{one}/versions/v1/revisions"
    answer(house.owner.post(revisions, json={"definition": shown}), 201)
    shown["pools"][0]["endpoints"][0]["host"] = "thief.example"
    refused = answer(house.owner.post(revisions, json={"definition": shown}), 422)
    assert refused["field"] == "pools.0.credentials.0.secret"
    moved = answer(house.owner.patch(one, json={"upstream_url": "http://thief.example"}), 422)
    assert moved["field"] == "upstream_url"


def test_a_draft_without_an_upstream_is_not_published(house: House) -> None:
    one = made(house, upstream_url=None, publish=False)
    refused = answer(house.owner.post(f"{one}/publish"), 422)
    assert (refused["code"], refused["field"]) == ("not_publishable", "upstream_url")
    answer(house.owner.patch(one, json={"upstream_url": "http://localhost:1"}), 200)
    assert answer(house.owner.post(f"{one}/publish"), 200)["status"] == "published"


def test_only_chosen_teams_find_a_service(house: House) -> None:
    one = made(house, visibility="chosen")
    answer(house.stranger.get(one), 404)
    assert answer(house.stranger.get(ROOT), 200)["items"] == []
    answer(house.owner.patch(one, json={"chosen_teams": [house.blue]}), 200)
    assert answer(house.stranger.get(one), 200)["chosen_teams"] == []
    assert len(answer(house.stranger.get(ROOT), 200)["items"]) == 1
    answer(house.owner.patch(one, json={"chosen_teams": ["team_none"]}), 404)


def test_the_gates_own_names_are_nobodys(house: House) -> None:
    taken = {"team_id": house.red, "name": "B", "base_path": "", "hosts": ["ok.example", "GATE.example"]}
    assert answer(house.owner.post(ROOT, json=taken), 409)["code"] == "host_taken"
    one = made(house)
    assert answer(house.owner.patch(one, json={"hosts": ["gate.example"]}), 409)["code"] == "host_taken"
    answer(house.owner.patch(one, json={"selection": "host"}), 200)
    for change in (
        house.owner.patch(f"{one}/versions/v1", json={"hosts": ["gate.example"]}),
        house.owner.post(f"{one}/versions", json={"name": "v2", "hosts": ["gate.example"]}),
    ):
        assert answer(change, 409)["code"] == "host_taken"
    token = {"kind": "upstream_token", "audience": "https://passgate/"}
    draft = {"definition": {"pools": [POOL], "policies": [{"kind": "compression"}, token]}}
    refused = answer(house.owner.post(f"{one}/versions/v1/revisions", json=draft), 422)
    assert refused["field"] == "policies.1.audience"
    refused = answer(house.owner.patch(one, json={"policies": [token]}), 422)
    assert refused["field"] == "policies.0.audience"


def test_a_draft_that_somebody_else_has_changed_is_not_overwritten(house: House) -> None:
    one = made(house)
    read = answer(house.owner.post(f"{one}/versions/v1/revisions", json={}), 201)
    this = f"{one}/revisions/{read['id']}"
    theirs = {"definition": {"pools": [POOL], "policies": [{"kind": "compression"}]}, "based_on": read["digest"]}
    after = answer(house.admin.patch(this, json=theirs), 200)
    mine = {"definition": {"pools": [POOL]}, "note": "Mine", "based_on": read["digest"]}
    assert answer(house.owner.patch(this, json=mine), 409)["code"] == "revision_changed"
    now = answer(house.owner.get(this), 200)
    assert (now["digest"], now["note"], len(now["definition"]["policies"])) == (after["digest"], "", 1)
    answer(house.owner.patch(this, json={**mine, "based_on": now["digest"]}), 200)
    answer(house.owner.patch(this, json={"note": "Whatever it says"}), 200)


def test_hosts_belong_to_one_team(house: House) -> None:
    made(house, base_path="", hosts=["Api.Red.Example"], tags=["sales"])
    assert answer(house.owner.get(ROOT, params={"tag": "sales"}), 200)["items"][0]["hosts"] == ["api.red.example"]
    assert answer(house.owner.get(ROOT, params={"tag": "sale"}), 200)["items"] == []
    blue = {"team_id": house.blue, "name": "B", "base_path": "/b", "hosts": ["api.red.example"]}
    assert answer(house.stranger.post(ROOT, json=blue), 409)["code"] == "host_taken"
    same = answer(house.stranger.post(ROOT, json={**blue, "base_path": ""}), 409)
    assert (same["code"], same["field"]) == ("host_taken", "hosts")
    nowhere = {"team_id": house.red, "name": "N"}
    assert answer(house.owner.post(ROOT, json=nowhere), 422)["field"] == "base_path"


@pytest.mark.parametrize(
    ("definition", "field"),
    [
        ({"pools": [{"endpoints": [{"host": "a b", "port": 1}]}]}, "pools.0.endpoints.0.host"),
        ({"pools": [POOL, POOL]}, "pools.1.name"),
        ({"pools": [POOL], "mirror_pool": "x"}, "mirror_pool"),
        ({"routes": [{"id": "a", "path": "a"}]}, "routes.0.path"),
        ({"routes": [{"id": "a", "path": "/{x*}/a"}]}, "routes.0.path"),
        ({"routes": [{"id": "a", "path": "/a", "pool": "x"}]}, "routes.0.pool"),
        ({"routes": [{"id": "a", "path": "/{a}", "rewrite": "/{b}"}]}, "routes.0.rewrite"),
        (
            {"routes": [{"id": "a", "path": "/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}/{j}", "rewrite": "/{j}"}]},
            "routes.0.rewrite",
        ),
        ({"routes": [{"id": "a", "path": "/a", "methods": ["get"]}]}, "routes.0.methods"),
        ({"policies": [{"kind": "timeout", "routes": ["x"]}]}, "policies.0.routes"),
        ({"policies": [{"kind": "timeout"}, {"kind": "timeout"}]}, "policies.1"),
        ({"policies": [{"kind": "access", "scopes": ["none:such"]}]}, "policies.0.scopes"),
        ({"policies": [{"kind": "access", "who": "public", "roles": ["a"]}]}, "policies.0.who"),
        ({"policies": [{"kind": "address", "allow": ["10.0.0.0/33"]}]}, "policies.0.allow"),
        ({"policies": [{"kind": "response_cache", "per": "user"}]}, "definition.policies.0.response_cache.per"),
        ({"policies": [{"kind": "response_cache"}, {"kind": "response_cache"}]}, "policies.1"),
        ({"policies": [{"kind": "compression", "min_bytes": 99}]}, "policies.0.min_bytes"),
        ({"policies": [{"kind": "cors", "origins": ["https://a.example/x"]}]}, "policies.0.origins"),
        ({"policies": [{"kind": "cors", "origins": ["*"], "credentials": True}]}, "policies.0.origins"),
        ({"policies": [{"kind": "request_headers", "set": {"a b": "c"}}]}, "policies.0.set"),
        ({"policies": [{"kind": "request_headers", "remove": ["Host"]}]}, "policies.0.remove"),
        ({"policies": [{"kind": "response_headers", "set": {"a": "b\r\nc"}}]}, "policies.0.set"),
        ({"policies": [{"kind": "claim_headers", "headers": {":a": "sub"}}]}, "policies.0.headers"),
        ({"policies": [{"kind": "fault", "abort_percent": 5}]}, "policies.0.abort_status"),
        # What the gate could not hold: a snapshot with it would be refused as a whole, with everybody's changes.
        (
            {"policies": [{"kind": "access", "claims": [{"claim": "a..b", "values": ["x"]}]}]},
            "policies.0.claims.0.claim",
        ),
        ({"policies": [{"kind": "access", "claims": [{"claim": ".", "values": ["x"]}]}]}, "policies.0.claims.0.claim"),
        ({"policies": [{"kind": "claim_headers", "headers": {"x-a": "a%b"}}]}, "policies.0.headers"),
        ({"policies": [{"kind": "request_headers", "set": {"x_a": "b"}}]}, "policies.0.set"),
        ({"policies": [{"kind": "response_headers", "set": {"x-a": "\U0001f600"}}]}, "policies.0.set"),
        ({"policies": [{"kind": "retry", "on_statuses": [99_999_999_999]}]}, "policies.0.on_statuses"),
        ({"policies": [{"kind": "retry", "on_statuses": [-1]}]}, "policies.0.on_statuses"),
        ({"pools": [{**POOL, "endpoints": [{"host": "fe80::1%lo", "port": 80}]}]}, "pools.0.endpoints.0.host"),
        ({"pools": [{**POOL, "hash_key": {"source": "header", "name": "a b\n"}}]}, "pools.0.hash_key.name"),
        ({"pools": [{**POOL, "hash_key": {"source": "header", "name": ":path"}}]}, "pools.0.hash_key.name"),
        ({"pools": [{**POOL, "hash_key": {"source": "cookie", "name": "a;\n"}}]}, "pools.0.hash_key.name"),
        ({"pools": [{**POOL, "hash_key": {"source": "claim", "name": "a%b"}}]}, "pools.0.hash_key.name"),
        ({"pools": [{**POOL, "health": {"path": "/a\r\nx: y"}}]}, "pools.0.health.path"),
        ({"pools": [{**POOL, "circuit": {"requests": 2**33}}]}, "pools.0.circuit.requests"),
        ({"pools": [{**POOL, "credentials": [{"header": "x_a", "value": "x"}]}]}, "pools.0.credentials.0.header"),
        # What would end a header of the answer to a preflight, and begin another.
        (
            {"policies": [{"kind": "cors", "origins": ["*"], "methods": ["GET\r\nset-cookie: a=b"]}]},
            "policies.0.methods",
        ),
        ({"pools": [{**POOL, "balance": "hash"}]}, "pools.0.hash_key"),
        ({"pools": [{**POOL, "host_header": "a b"}]}, "pools.0.host_header"),
        ({"pools": [{**POOL, "tls": {"ca_pem": "x"}}]}, "pools.0.tls.ca_pem"),
        ({"pools": [{**POOL, "tls": {"client_key_pem": "x"}}]}, "pools.0.tls.client_certificate_pem"),
        ({"pools": [{**POOL, "credentials": [{"header": "host", "value": "x"}]}]}, "pools.0.credentials.0.header"),
        ({"prompt": {"user": "x", "models": []}}, "prompt"),
    ],
)
def test_bad_definitions_name_their_field(house: House, definition: dict[str, object], field: str) -> None:
    one = made(house)
    revisions = f"{one}/versions/v1/revisions"
    assert answer(house.owner.post(revisions, json={"definition": definition}), 422)["field"] == field
    assert len(answer(house.owner.get(revisions), 200)["items"]) == 1


def test_who_may_not(house: House) -> None:
    one = made(house)
    (revision,) = answer(house.owner.get(f"{one}/versions/v1/revisions"), 200)["items"]
    this = f"{one}/revisions/{revision['id']}"
    reads = [f"{one}/versions/v1/revisions", this]
    writes = [
        ("POST", f"{one}/versions", {"name": "v2"}),
        ("PATCH", f"{one}/versions/v1", {"hosts": []}),
        ("DELETE", f"{one}/versions/v1", None),
        ("POST", f"{one}/versions/v1/revisions", {}),
        ("PATCH", this, {"note": "x"}),
        ("DELETE", this, None),
    ]
    for url in reads:
        answer(house.nobody.get(url), 401)
        answer(house.stranger.get(url), 404)
    for method, url, body in writes:
        answer(house.nobody.request(method, url, json=body), 401)
        answer(house.viewer.request(method, url, json=body), 403)
        answer(house.stranger.request(method, url, json=body), 404)
    draft = made(house, base_path="/draft", publish=False)
    answer(house.stranger.get(f"{draft}/versions"), 404)
    answer(house.stranger.get(f"{draft}/versions/v1"), 404)
