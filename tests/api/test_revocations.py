"""Revoking through the API, how far it is in force, and the list that services follow."""

import threading
import time
from datetime import timedelta
from typing import Any

import pytest

from api.house import House, answer
from passgate.api import revocation_feed
from passgate.gateway.models import NodeRow
from passgate.identity.models import User
from passgate.sdk.deny_list import deny_list_of

API = "/api/v1"
FEED = "/oauth2/revocations"


def issue(house: House, **changes: Any) -> dict[str, Any]:
    body = {"name": "ci", "application_id": house.red_application} | changes
    return answer(house.owner.post(f"{API}/tokens", json=body), 201)


def node(house: House, name: str, seq: int, milliseconds: int = 0, silent_seconds: int = 0) -> None:
    with house.storage.writing() as work:
        now = work.clock.now()
        work.session.merge(
            NodeRow(
                name=name,
                started_at=now,
                last_seen_at=now - timedelta(seconds=silent_seconds),
                snapshot_version=1,
                revocation_seq=seq,
                revocation_at=now + timedelta(milliseconds=milliseconds),
            )
        )


def user_id(house: House, email: str) -> str:
    with house.storage.reading() as work:
        return work.session.query(User).filter_by(email=email).one().id


def test_every_level_is_one_call(house: House) -> None:
    levels = {"token": issue(house)["jti"], "application": house.red_application, "team": house.red}
    for level, value in levels.items():
        issue(house)
        made = answer(house.owner.post(f"{API}/revocations", json={"level": level, "value": value}), 201)
        assert made["count"] >= 1
    issue(house)
    leaver = {"level": "user", "value": user_id(house, "owner@example.com"), "reason": "left"}
    assert answer(house.admin.post(f"{API}/revocations", json=leaver), 201)["count"] == 1
    with house.storage.reading() as work:
        later = (work.clock.now() - timedelta(days=1)).isoformat()
    before = {"level": "before", "before": later}
    assert answer(house.admin.post(f"{API}/revocations", json=before), 201)["count"] == 0
    listed = answer(house.admin.get(f"{API}/revocations", params={"limit": 2}), 200)
    assert listed["items"][0]["reason"] == "left"
    rest = answer(house.admin.get(f"{API}/revocations", params={"after": listed["next_cursor"]}), 200)["items"]
    assert [row["seq"] for row in listed["items"] + rest] == sorted(row["seq"] for row in listed["items"] + rest)[::-1]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"level": "token"},
        {"level": "before"},
        {"level": "before", "before": "2026-01-01T00:00:00"},
        {"level": "before", "before": "2026-01-01T00:00:00Z", "value": "x"},
        {"level": "key", "value": "x"},
    ],
)
def test_a_broken_revocation_is_refused(house: House, body: dict[str, Any]) -> None:
    answer(house.admin.post(f"{API}/revocations", json=body), 422)


def test_who_may_revoke_what(house: House) -> None:
    jti, leaver = issue(house)["jti"], user_id(house, "viewer@example.com")
    for client, level, value, status in (
        (house.viewer, "token", jti, 403),
        (house.stranger, "token", jti, 404),
        (house.stranger, "application", house.red_application, 404),
        (house.stranger, "team", house.red, 404),
        (house.owner, "user", leaver, 403),
        (house.owner, "session", "ses_none", 404),
    ):
        answer(client.post(f"{API}/revocations", json={"level": level, "value": value}), status)
    answer(house.owner.get(f"{API}/revocations"), 403)
    answer(house.nobody.post(f"{API}/revocations", json={}), 401)


def test_the_answer_says_on_how_many_nodes_it_is_in_force_and_how_soon(house: House) -> None:
    jti = issue(house)["jti"]
    node(house, "node-1", seq=1, milliseconds=90)
    node(house, "node-2", seq=1, milliseconds=140)
    node(house, "gone", seq=0, silent_seconds=60)
    revoked = answer(house.owner.post(f"{API}/tokens/{jti}/revoke", params={"wait": True}, json={}), 200)
    assert revoked["enforcement"] == {"seq": 1, "nodes": 2, "enforced": 2, "complete": True, "milliseconds": 140}
    node(house, "node-2", seq=0)
    partly = answer(house.owner.get(f"{API}/revocations/1/enforcement"), 200)
    assert partly == {"seq": 1, "nodes": 2, "enforced": 1, "complete": False}
    answer(house.owner.get(f"{API}/revocations/2/enforcement"), 404)
    answer(house.viewer.get(f"{API}/revocations/1/enforcement"), 403)


def test_where_nothing_was_left_to_revoke_no_earlier_entry_speaks_for_it(house: House) -> None:
    jti = issue(house)["jti"]
    node(house, "node-1", seq=1, milliseconds=90)
    revoke = f"{API}/tokens/{jti}/revoke"
    assert "enforcement" in answer(house.owner.post(revoke, params={"wait": True}, json={}), 200)
    for path, body, status in (
        (revoke, {}, 200),
        (f"{API}/revocations", {"level": "team", "value": house.red}, 201),
    ):
        given = answer(house.owner.post(path, params={"wait": True}, json=body), status)
        assert given == {"count": 0, "seq": 1}


def test_services_follow_the_list_without_a_credential_and_without_reasons(house: House) -> None:
    empty = house.nobody.get(FEED)
    assert (empty.json(), empty.headers["etag"]) == ({"seq": 0, "entries": []}, '"0"')
    token = issue(house)
    answer(house.owner.post(f"{API}/tokens/{token['jti']}/revoke", json={"reason": "leaked by Bob"}), 200)
    given = house.nobody.get(FEED, headers={"if-none-match": empty.headers["etag"]})
    assert given.status_code == 200
    assert "Bob" not in given.text
    entry = given.json()["entries"][0]
    assert set(entry) == {"seq", "kind", "value", "not_before", "expires_at"}
    assert (entry["kind"], entry["value"], given.headers["etag"]) == ("token", token["jti"], '"1"')
    assert deny_list_of(given.json()).seq == 1
    unchanged = house.nobody.get(FEED, headers={"if-none-match": '"1"'})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert house.nobody.get(FEED, params={"wait": 31}).status_code == 422


def test_whoever_waits_hears_of_a_revocation_at_once(house: House) -> None:
    token = issue(house)
    heard: list[tuple[int, float]] = []

    def wait() -> None:
        response = house.nobody.get(FEED, params={"wait": 20}, headers={"if-none-match": '"0"'})
        heard.append((response.json()["seq"], time.monotonic()))

    waiting = threading.Thread(target=wait)
    waiting.start()
    feed = house.nobody.app.state  # type: ignore[attr-defined]  # a Starlette application behind the client
    deadline = time.monotonic() + 10
    while not (hasattr(feed, "revocation_feed") and feed.revocation_feed.waiting) and time.monotonic() < deadline:
        time.sleep(0.005)
    answer(house.owner.post(f"{API}/tokens/{token['jti']}/revoke", json={}), 200)
    revoked = time.monotonic()
    waiting.join(15)
    assert heard[0][0] == 1
    assert heard[0][1] - revoked < 3
    assert feed.revocation_feed.waiting == 0


def test_waiting_is_bounded_in_time_and_in_number(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = {"if-none-match": '"0"'}
    start = time.monotonic()
    assert house.nobody.get(FEED, params={"wait": 1}, headers=headers).status_code == 304
    assert 0.9 < time.monotonic() - start < 5
    monkeypatch.setattr(revocation_feed, "MOST_WAITING", 0)
    start = time.monotonic()
    assert house.nobody.get(FEED, params={"wait": 20}, headers=headers).status_code == 304
    assert time.monotonic() - start < 5


def test_the_holder_of_a_token_narrows_it(house: House) -> None:
    parent = issue(house, scopes=["read", "write"], limits={"models": ["gpt", "claude"]})
    headers = {"authorization": f"Bearer {parent['token']}"}
    body = {"scopes": ["read"], "limits": {"models": ["gpt"]}, "lifetime_seconds": 60}
    child = answer(house.nobody.post(f"{API}/tokens/narrow", json=body, headers=headers), 201)
    assert (child["parent_jti"], child["scopes"], child["limits"]["models"]) == (parent["jti"], ["read"], ["gpt"])
    beyond = {"limits": {"models": ["o3"]}}
    wrong = answer(house.nobody.post(f"{API}/tokens/narrow", json=beyond, headers=headers), 403)
    assert wrong["field"] == "limits.models"
    answer(house.nobody.post(f"{API}/tokens/narrow", json={}), 401)
    answer(house.nobody.post(f"{API}/tokens/narrow", json={}, headers={"authorization": "Bearer a.b.c"}), 401)
    family = answer(house.viewer.get(f"{API}/tokens", params={"parent": parent["jti"]}), 200)["items"]
    assert [row["jti"] for row in family] == [child["jti"]]
    revoked = answer(house.owner.post(f"{API}/tokens/{parent['jti']}/revoke", json={}), 200)
    assert revoked["count"] == 2


def test_expiring_tokens_come_the_soonest_first_page_by_page(house: House) -> None:
    jtis = [issue(house, name=f"t{days}", lifetime_days=days)["jti"] for days in (9, 3, 6, 300)]
    with house.storage.reading() as work:
        until = (work.clock.now() + timedelta(days=10)).isoformat()
    query = {"expiring_before": until, "limit": 2}
    first = answer(house.viewer.get(f"{API}/tokens", params=query), 200)
    rest = answer(house.viewer.get(f"{API}/tokens", params=query | {"after": first["next_cursor"]}), 200)
    assert [row["jti"] for row in first["items"] + rest["items"]] == [jtis[1], jtis[2], jtis[0]]
    answer(house.viewer.get(f"{API}/tokens", params=query | {"after": "nonsense"}), 422)
    answer(house.viewer.get(f"{API}/tokens", params={"expiring_before": "2026-01-01T00:00:00"}), 422)


def test_templates_and_lifetimes_through_the_api(house: House) -> None:
    template = {
        "team_id": house.red,
        "name": "Partner",
        "audiences": ["partner"],
        "algorithm": "HS256",
        "claims": {"tier": {"value": "gold"}, "who": {"from": "subject.id"}},
    }
    for client, status in ((house.viewer, 403), (house.stranger, 404)):
        answer(client.post(f"{API}/token-templates", json=template), status)
    made = answer(house.owner.post(f"{API}/token-templates", json=template), 201)
    assert len(made["secret"]) >= 32
    kept = answer(house.viewer.get(f"{API}/token-templates/{made['id']}"), 200)
    assert (kept["has_secret"], "secret" in kept) == (True, False)
    answer(house.stranger.get(f"{API}/token-templates/{made['id']}"), 404)
    token = answer(
        house.owner.post(f"{API}/tokens", json={"kind": "custom", "name": "n", "template_id": made["id"]}), 201
    )
    assert (token["kind"], token["audiences"], token["template_id"]) == ("custom", ["partner"], made["id"])
    answer(house.viewer.delete(f"{API}/token-templates/{made['id']}"), 403)
    answer(house.owner.delete(f"{API}/token-templates/{made['id']}"), 204)
    rule = {"maximum_seconds": 3600}
    answer(house.owner.put(f"{API}/token-lifetimes/application", json=rule), 403)
    answer(house.stranger.put(f"{API}/token-lifetimes/application?owner={house.red}", json=rule), 404)
    answer(house.owner.put(f"{API}/token-lifetimes/application?owner={house.red}", json=rule), 200)
    listed = answer(house.viewer.get(f"{API}/token-lifetimes?owner={house.red}"), 200)["items"]
    assert [(row["kind"], row["maximum_seconds"]) for row in listed] == [("application", 3600)]
    too_long = {"name": "n", "application_id": house.red_application, "lifetime_days": 1}
    assert answer(house.owner.post(f"{API}/tokens", json=too_long), 422)["code"] == "lifetime_too_long"
    answer(house.owner.delete(f"{API}/token-lifetimes/application?owner={house.red}"), 204)
    answer(house.owner.post(f"{API}/tokens", json=too_long), 201)
