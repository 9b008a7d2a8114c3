from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from api.house import House, answer, open_house
from moving_clock import MovingClock
from passgate.kernel.actor import SYSTEM
from passgate.publishing.published_state import published_services
from passgate.publishing.service.schedules import list_schedules, make_due_steps
from passgate.storage.work import Storage

ROOT = "/api/v1/services"
ROUTES = [{"id": "list", "methods": ["GET"], "path": "/all"}, {"id": "one", "methods": ["GET"], "path": "/{id}"}]


@pytest.fixture
def house(storage: Storage) -> Iterator[House]:
    with open_house(storage) as house:
        yield house


def made(house: House, **fields: object) -> str:
    """The URL of a published service of red, with two routes."""
    pool = {"endpoints": [{"host": "a.internal", "port": 80}]}
    service = {"name": "Orders", "base_path": "/orders", "definition": {"pools": [pool], "routes": ROUTES}}
    body = {"team_id": house.red, "publish": True, **service, **fields}
    return f"{ROOT}/{answer(house.owner.post(ROOT, json=body), 201)['id']}"


def revised(house: House, one: str, **definition: object) -> str:
    """The URL of a new draft that differs in what is given."""
    newest = answer(house.owner.get(f"{one}/versions/v1/revisions"), 200)["items"][0]["id"]
    before = answer(house.owner.get(f"{one}/revisions/{newest}"), 200)["definition"]
    body = {"definition": {**before, **definition}}
    return f"{one}/revisions/{answer(house.owner.post(f'{one}/versions/v1/revisions', json=body), 201)['id']}"


def live(house: House, name: str = "v1") -> dict[int, int]:
    """Weight by number, of the revisions of a version that the gate has."""
    with house.storage.reading() as work:
        (service,) = published_services(work)
    (version,) = [one for one in service.versions if one.name == name]
    return {revision.number: revision.weight for revision in version.revisions}


def told(house: House) -> list[str]:
    """What red was told and has not put away."""
    notices = answer(house.owner.get("/api/v1/notices", params={"unread": True}), 200)["items"]
    return [notice["text"] for notice in notices]


def subscribed(house: House, one: str) -> None:
    body = {"service_id": one.rpartition("/")[2], "application_id": house.blue_application}
    answer(house.stranger.post("/api/v1/subscriptions", json=body), 201)


def test_a_canary_rises_and_is_rolled_back(house: House) -> None:
    one = made(house)
    assert answer(house.owner.post(f"{revised(house, one)}/publish", json={"weight": 5}), 200)["gate"]["nodes"] == 0
    assert live(house) == {1: 95, 2: 5}
    answer(house.owner.post(f"{revised(house, one)}/publish", json={"weight": 10}), 200)
    assert live(house) == {1: 86, 2: 4, 3: 10}
    answer(house.owner.post(f"{one}/versions/v1/roll-back"), 200)
    assert live(house) == {2: 100}
    answer(house.owner.post(f"{one}/versions/v1/roll-back"), 200)
    assert live(house) == {1: 100}
    assert answer(house.owner.post(f"{one}/versions/v1/roll-back"), 409)["code"] == "wrong_status"


def test_weights_are_set_and_add_up(house: House) -> None:
    one = made(house)
    first, second = (revision.rpartition("/")[2] for revision in (revised(house, one), revised(house, one)))
    weights = f"{one}/versions/v1/weights"
    answer(house.owner.put(weights, json={"weights": {first: 100, second: 0}}), 200)
    assert live(house) == {2: 100, 3: 0}
    assert answer(house.owner.put(weights, json={"weights": {first: 50}}), 422)["field"] == "weights"
    assert answer(house.owner.put(weights, json={"weights": {"rev_none": 100}}), 404)["field"] == "weights"
    assert live(house) == {2: 100, 3: 0}
    draft = made(house, base_path="/b", publish=False)
    (only,) = answer(house.owner.get(f"{draft}/versions/v1/revisions"), 200)["items"]
    refused = house.owner.post(f"{draft}/revisions/{only['id']}/publish", json={"weight": 5})
    assert answer(refused, 422)["field"] == "weight"


def test_a_review_takes_four_eyes(house: House) -> None:
    one = made(house, review_required=True, publish=False)
    (first,) = answer(house.owner.get(f"{one}/versions/v1/revisions"), 200)["items"]
    this = f"{one}/revisions/{first['id']}"
    assert answer(house.owner.post(f"{this}/publish"), 409)["code"] == "review_required"
    assert answer(house.owner.post(f"{one}/publish"), 409)["code"] == "review_required"
    assert answer(house.owner.post(f"{this}/submit"), 200)["status"] == "in_review"
    assert told(house) == ["Revision 1 of Orders v1 waits for its review."]
    assert answer(house.owner.patch(this, json={"note": "x"}), 409)["code"] == "wrong_status"
    assert answer(house.owner.post(f"{this}/approve"), 403)["code"] == "own_revision"
    approved = answer(house.admin.post(f"{this}/approve", json={"note": "Good"}), 200)
    assert (approved["status"], approved["review_note"]) == ("approved", "Good")
    assert told(house) == ["Revision 1 of Orders v1 was approved: Good"]
    answer(house.owner.post(f"{this}/publish"), 200)
    assert answer(house.owner.patch(one, json={"timeout_ms": 5}), 409)["code"] == "review_required"

    other = revised(house, one)
    answer(house.owner.post(f"{other}/submit"), 200)
    assert answer(house.owner.post(f"{other}/withdraw"), 200)["status"] == "draft"
    answer(house.owner.post(f"{other}/submit"), 200)
    assert answer(house.admin.post(f"{other}/reject"), 200)["status"] == "rejected"
    assert answer(house.owner.post(f"{other}/publish"), 409)["code"] == "wrong_status"


def test_a_diff_names_what_breaks_and_whom(house: House) -> None:
    one = made(house)
    subscribed(house, one)
    scope = {"team_id": house.red, "name": "orders:read", "description": "Read orders"}
    answer(house.owner.post("/api/v1/scopes", json=scope), 201)
    access = {"kind": "access", "who": "subscription", "scopes": ["orders:read"]}
    rate = {"kind": "rate_limit", "calls": 5}
    pool = {"endpoints": [{"host": "b.internal", "port": 80}]}
    draft = revised(house, one, routes=ROUTES[:1], policies=[access, rate], pools=[pool])
    diff = answer(house.viewer.get(f"{draft}/diff"), 200)
    breaking = {change["name"]: change["text"] for change in diff["changes"] if change["breaking"]}
    assert breaking == {
        "GET /{id}": "Its calls get 404.",
        "access": "Newly required scopes: orders:read.",
        "rate limit per application and minute": "Only 5 calls a minute per application pass.",
    }
    assert diff["breaking"] == 3
    (rest,) = [change for change in diff["changes"] if not change["breaking"]]
    assert (rest["part"], rest["text"]) == ("upstream", "Addresses: a.internal:80 before, b.internal:80 after.")
    assert diff["affected"]["subscriptions"] == 1
    (application,) = diff["affected"]["applications"]
    assert (application["name"], application["application_id"]) == ("Blue app", None)


def test_a_version_s_end_and_what_subscribers_learn(house: House, clock: MovingClock) -> None:
    one = made(house)
    subscribed(house, one)
    answer(house.owner.post(f"{one}/versions", json={"name": "v2"}), 201)
    sunset = (clock.now() + timedelta(days=30)).isoformat()
    first = f"{one}/versions/v1"
    for wrong, field in (({"sunset_at": "2001-01-01T00:00:00Z"}, "sunset_at"), ({"successor": "v1"}, "successor")):
        assert answer(house.owner.post(f"{first}/deprecate", json=wrong), 422)["field"] == field
    given = {"sunset_at": sunset, "successor": "v2"}
    assert answer(house.owner.post(f"{first}/deprecate", json=given), 200)["version"]["status"] == "deprecated"
    assert answer(house.owner.post(f"{first}/undeprecate"), 200)["version"]["sunset_at"] is None
    answer(house.owner.post(f"{first}/deprecate", json=given), 200)
    assert make_due_steps(house.storage) == []
    clock.advance(days=31)

    (done,) = make_due_steps(house.storage)
    assert (done.act, done.status) == ("retire", "done")
    assert make_due_steps(house.storage) == []
    with house.storage.reading() as work:
        (service,) = published_services(work)
    (version,) = service.versions
    assert (version.status, version.revisions, version.successor) == ("retired", (), "v2")
    with house.storage.reading() as work:
        steps = list_schedules(SYSTEM, work, one.rpartition("/")[2])
    assert [step.status for step in steps] == ["done", "cancelled"]


def test_notices_are_for_the_subscribers_teams(house: House) -> None:
    one = made(house)
    subscribed(house, one)
    answer(house.owner.post(f"{one}/versions/v1/retire"), 200)
    assert live(house) == {}
    assert answer(house.owner.post(f"{one}/versions/v1/republish"), 200)["version"]["status"] == "published"
    assert live(house) == {1: 100}
    notices = answer(house.stranger.get("/api/v1/notices"), 200)["items"]
    told = [notice for notice in notices if notice["kind"].startswith("version.")]
    assert [notice["kind"] for notice in told] == ["version.republished", "version.retired"]
    assert told[1]["text"] == "Orders v1 is retired: its calls get 410."
    assert not [
        one for one in answer(house.owner.get("/api/v1/notices"), 200)["items"] if one["kind"].startswith("version.")
    ]


def test_who_retires_a_version_names_its_successor(house: House, clock: MovingClock) -> None:
    one = made(house)
    subscribed(house, one)
    answer(house.owner.post(f"{one}/versions", json={"name": "v2"}), 201)
    retire, again = f"{one}/versions/v1/retire", f"{one}/versions/v1/republish"
    assert answer(house.owner.post(retire, json={"successor": "v9"}), 422)["field"] == "successor"
    assert live(house) == {1: 100}
    assert answer(house.owner.post(retire, json={"successor": "v2"}), 200)["version"]["successor"] == "v2"
    notice = answer(house.stranger.get("/api/v1/notices"), 200)["items"][0]
    assert notice["text"] == "Orders v1 is retired: its calls get 410. Use v2 instead."
    for given, kept in (({}, "v2"), ({"successor": None}, None)):
        answer(house.owner.post(again), 200)
        assert answer(house.owner.post(retire, json=given), 200)["version"]["successor"] == kept

    answer(house.owner.post(again), 200)
    steps = f"{one}/versions/v1/schedules"
    step = {"act": "retire", "due_at": (clock.now() + timedelta(minutes=1)).isoformat()}
    assert answer(house.owner.post(steps, json=step | {"successor": "v1"}), 422)["field"] == "successor"
    answer(house.owner.post(steps, json=step | {"successor": "v2"}), 201)
    clock.advance(minutes=1)
    assert [done.status for done in make_due_steps(house.storage)] == ["done"]
    with house.storage.reading() as work:
        assert [one.successor for one in published_services(work)[0].versions] == ["v2"]


def test_steps_are_planned_and_made_or_say_why_not(house: House, clock: MovingClock) -> None:
    one = made(house)
    draft = revised(house, one)
    steps = f"{one}/versions/v1/schedules"
    due = {"due_at": (clock.now() + timedelta(minutes=1)).isoformat()}
    publish = {"act": "publish", "revision_id": draft.rpartition("/")[2], "weight": 20, **due}
    answer(house.owner.post(steps, json=publish), 201)
    cancelled = answer(house.owner.post(steps, json={"act": "deprecate", **due}), 201)
    assert answer(house.owner.delete(f"{one}/schedules/{cancelled['id']}"), 200)["status"] == "cancelled"
    assert (
        answer(house.owner.post(steps, json={"act": "retire", "due_at": clock.now().isoformat()}), 422)["field"]
        == "due_at"
    )
    answer(house.owner.post(steps, json={"act": "retire", **due}), 201)
    answer(
        house.owner.post(steps, json={"act": "deprecate", "due_at": (clock.now() + timedelta(hours=2)).isoformat()}),
        201,
    )
    clock.advance(minutes=1)
    assert [(step.act, step.status) for step in make_due_steps(house.storage)] == [
        ("publish", "done"),
        ("retire", "done"),
    ]
    answer(house.owner.post(f"{one}/versions/v1/republish"), 200)
    assert live(house) == {1: 80, 2: 20}


def test_a_retirement_that_is_taken_back_takes_its_sunset_along(house: House, clock: MovingClock) -> None:
    one = made(house)
    subscribed(house, one)
    sunset = (clock.now() + timedelta(days=1)).isoformat()
    answer(house.owner.post(f"{one}/versions/v1/deprecate", json={"sunset_at": sunset}), 200)
    with house.storage.reading() as work:
        (step,) = list_schedules(SYSTEM, work, one.rpartition("/")[2])
    answer(house.owner.delete(f"{one}/schedules/{step.id}"), 200)
    with house.storage.reading() as work:
        (version,) = published_services(work)[0].versions
    assert (version.status, version.sunset_at) == ("deprecated", None)
    notices = answer(house.stranger.get("/api/v1/notices"), 200)["items"]
    assert notices[0]["text"] == "Orders v1 is deprecated."
    clock.advance(days=2)
    assert make_due_steps(house.storage) == []


def test_a_step_that_fails_is_told_to_the_team(house: House, clock: MovingClock) -> None:
    one = made(house)
    due = (clock.now() + timedelta(minutes=1)).isoformat()
    step = {"act": "publish", "revision_id": revised(house, one).rpartition("/")[2], "due_at": due}
    answer(house.owner.post(f"{one}/versions/v1/schedules", json=step), 201)
    answer(house.owner.patch(one, json={"review_required": True}), 200)
    clock.advance(minutes=1)
    assert [done.status for done in make_due_steps(house.storage)] == ["failed"]
    assert told(house) == [
        "Publishing Orders v1 as planned failed: Revision 2 has to be approved before it is published."
    ]


def epoch(house: House) -> int:
    with house.storage.reading() as work:
        return published_services(work)[0].cache_epoch


def test_a_purge_is_a_change_of_what_the_gate_knows(house: House) -> None:
    one = made(house)
    assert answer(house.owner.post(f"{one}/purge-cache"), 409)["code"] == "no_response_cache"
    answer(house.owner.patch(one, json={"policies": [{"kind": "response_cache"}]}), 200)
    house.published.clear()
    purged = answer(house.owner.post(f"{one}/purge-cache"), 200)
    assert (purged["service"]["id"], purged["gate"]["nodes"]) == (one.rpartition("/")[2], 0)
    assert (epoch(house), house.published) == (1, [True])
    entry = answer(house.admin.get("/api/v1/audit"), 200)["items"][0]
    assert (entry["act"], entry["before"], entry["after"]) == (
        "service.changed",
        {"cache_epoch": 0},
        {"cache_epoch": 1},
    )
    # A policy of a published revision is one, too; one of a draft is none yet.
    answer(house.owner.patch(one, json={"policies": []}), 200)
    draft = revised(house, one, policies=[{"kind": "response_cache", "routes": ["one"]}])
    answer(house.owner.post(f"{one}/purge-cache", params={"wait": False}), 409)
    answer(house.owner.post(f"{draft}/publish"), 200)
    assert answer(house.owner.post(f"{one}/purge-cache", params={"wait": False}), 200)["gate"] is None
    assert epoch(house) == 2


def test_who_may_not(house: House) -> None:
    one = made(house)
    (first,) = answer(house.owner.get(f"{one}/versions/v1/revisions"), 200)["items"]
    this, version = f"{one}/revisions/{first['id']}", f"{one}/versions/v1"
    step: dict[str, Any] = {"act": "retire", "due_at": "2100-01-01T00:00:00Z"}
    planned = answer(house.owner.post(f"{version}/schedules", json=step), 201)["id"]
    writes = [
        *(("POST", f"{this}/{act}", None) for act in ("submit", "withdraw", "approve", "reject", "publish")),
        ("PUT", f"{version}/weights", {"weights": {first["id"]: 100}}),
        *(
            ("POST", f"{version}/{act}", None)
            for act in ("roll-back", "deprecate", "undeprecate", "retire", "republish")
        ),
        ("POST", f"{version}/schedules", step),
        ("DELETE", f"{one}/schedules/{planned}", None),
        ("POST", f"{one}/purge-cache", None),
    ]
    for method, url, body in writes:
        answer(house.nobody.request(method, url, json=body), 401)
        answer(house.viewer.request(method, url, json=body), 403)
        answer(house.stranger.request(method, url, json=body), 404)
    for url in (f"{this}/diff", f"{one}/schedules"):
        answer(house.nobody.get(url), 401)
        answer(house.stranger.get(url), 404)
