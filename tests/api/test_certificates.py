"""Certificates of services' hosts, at the management API: what is taken, who may, and what a team is told."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from sqlalchemy import select

from api.house import House, answer
from moving_clock import MovingClock
from passgate.gateway.models import SnapshotRow
from passgate.gateway.publication import Publication
from passgate.publishing.certificates.service import tell_of_expiry
from passgate.publishing.notices.models import Notice
from passgate.storage.work import Storage
from wire.certificates import certificate_for


@pytest.fixture
def url(house: House) -> str:
    return f"/api/v1/services/{made(house)}/certificates"


def made(house: House, *hosts: str) -> str:
    given = {"name": "Shop", "base_path": "/shop", "hosts": list(hosts or ("shop.example", "cdn.shop.example"))}
    more = {"team_id": house.red, "upstream_url": "http://127.0.0.1:9", "publish": True}
    return str(answer(house.owner.post("/api/v1/services", json=given | more), 201)["id"])


def given(clock: MovingClock, *hosts: str, **more: Any) -> dict[str, str]:
    chain, key = certificate_for(*(hosts or ("shop.example",)), now=clock.moment, **more)
    return {"chain_pem": chain, "key_pem": key}


def newest(house: House) -> str:
    with house.storage.writing() as work:
        Publication("https://gate.example", "passgate").publish(work)
        row = work.session.query(SnapshotRow).order_by(SnapshotRow.version.desc()).first()
        assert row is not None
        return row.gateway


def test_a_certificate_is_added_renewed_and_taken_away(house: House, url: str, clock: MovingClock) -> None:
    first = given(clock)
    added = answer(house.owner.post(url, json=first), 201)
    assert (added["hosts"], "key_pem" in added) == (["shop.example"], False)
    assert '"place":1' in newest(house)
    assert first["key_pem"].splitlines()[1] not in newest(house)
    assert answer(house.owner.post(url, json=given(clock)), 409)["field"] == "chain_pem"
    second = answer(house.owner.post(url, json=given(clock, "*.shop.example", days=90)), 201)
    renewed = answer(house.owner.put(f"{url}/{added['id']}", json=given(clock, days=60)), 200)
    assert renewed["fingerprint"] != added["fingerprint"]
    assert [one["id"] for one in answer(house.viewer.get(url), 200)] == [added["id"], second["id"]]
    answer(house.owner.delete(f"{url}/{added['id']}"), 204)
    assert '"place":1' not in newest(house)
    assert '"place":2' in newest(house)


@pytest.mark.parametrize(
    ("field", "rule", "hosts", "more"),
    [
        ("chain_pem", "expired", (), {"days": -1, "of_age": 3}),
        ("chain_pem", "holds only from", (), {"of_age": -1, "days": 3}),
        ("chain_pem", "no host of the service", ("shop.example", "other.example"), {}),
        ("chain_pem", "no host of the service", ("*.cdn.shop.example",), {}),
        ("key_pem", "2048", (), {"key": rsa.generate_private_key(65537, 1024)}),  # noqa: S505 - too short on purpose
        ("key_pem", "P-256", (), {"key": ec.generate_private_key(ec.SECP256K1())}),
    ],
)
def test_what_clients_would_refuse_is_refused(
    house: House, url: str, clock: MovingClock, field: str, rule: str, hosts: tuple[str, ...], more: Any
) -> None:
    refused = answer(house.owner.post(url, json=given(clock, *hosts, **more)), 422)
    assert (refused["field"], rule in refused["detail"]) == (field, True), refused["detail"]


def test_key_and_chain_fit(house: House, url: str, clock: MovingClock) -> None:
    one, other = given(clock), given(clock)
    mixed = {"chain_pem": one["chain_pem"], "key_pem": other["key_pem"]}
    assert answer(house.owner.post(url, json=mixed), 422)["field"] == "key_pem"
    unlinked = {**one, "chain_pem": one["chain_pem"] + other["chain_pem"]}
    assert "not signed by" in answer(house.owner.post(url, json=unlinked), 422)["detail"]
    for field in one:
        assert answer(house.owner.post(url, json={**one, field: "junk"}), 422)["field"] == field
    assert answer(house.owner.get(url), 200) == []


def test_a_name_of_another_teams_host_is_no_matter_of_ours(house: House, url: str, clock: MovingClock) -> None:
    theirs = {"name": "Theirs", "hosts": ["www.shop.example"], "team_id": house.blue, "base_path": "/theirs"}
    answer(house.stranger.post("/api/v1/services", json=theirs), 201)
    refused = answer(house.owner.post(url, json=given(clock, "*.shop.example")), 422)
    assert "another team" in refused["detail"]


def test_a_host_that_was_given_up_is_free(house: House, clock: MovingClock) -> None:
    service = made(house)
    answer(house.owner.post(f"/api/v1/services/{service}/certificates", json=given(clock)), 201)
    answer(house.owner.patch(f"/api/v1/services/{service}", json={"hosts": ["new.example"]}), 200)
    assert '"chain_pem"' not in newest(house)
    theirs = {"name": "Theirs", "hosts": ["shop.example"], "team_id": house.blue, "base_path": "/theirs"}
    other = answer(house.stranger.post("/api/v1/services", json=theirs), 201)["id"]
    answer(house.stranger.post(f"/api/v1/services/{other}/certificates", json=given(clock)), 201)


def test_the_team_is_told_before_it_expires(house: House, url: str, clock: MovingClock, storage: Storage) -> None:
    answer(house.owner.post(url, json=given(clock, days=40)), 201)
    told = []
    for days in range(42):
        with storage.writing() as work:
            if tell_of_expiry(work):
                told.append(40 - days)
        clock.moment += timedelta(days=1)
    assert told == [30, 7, 1]
    with storage.reading() as work:
        assert [row.kind for row in work.session.scalars(select(Notice))] == ["certificate.expires"] * 3


def test_who_may(house: House, url: str, clock: MovingClock) -> None:
    one = given(clock)
    answer(house.nobody.get(url), 401)
    answer(house.stranger.get(url), 404)
    for person, status in ((house.nobody, 401), (house.viewer, 403), (house.stranger, 404)):
        answer(person.post(url, json=one), status)
        answer(person.put(f"{url}/cert_none", json=one), status)
        answer(person.delete(f"{url}/cert_none"), status)
    answer(house.owner.delete(f"{url}/cert_none"), 404)
    bare = {"name": "Bare", "base_path": "/bare", "team_id": house.red}
    service = answer(house.owner.post("/api/v1/services", json=bare), 201)["id"]
    refused = answer(house.owner.post(f"/api/v1/services/{service}/certificates", json=one), 422)
    assert "no hosts" in refused["detail"]
