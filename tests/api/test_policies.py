from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from api.house import House, answer, open_house
from passgate.catalog.published_state import ai_policies
from passgate.metering.models import MaskingFind
from passgate.storage.work import Storage

ROOT = "/api/v1/policies"
FINDS = "/api/v1/masking-finds"
RULE = {"name": "mail", "kind": "email"}


@pytest.fixture
def house(storage: Storage) -> Iterator[House]:
    with open_house(storage) as house:
        yield house


def test_a_policy_s_life(house: House) -> None:
    given = {"name": "No mail", "team_id": house.red, "cache_seconds": 60, "masking": [RULE]}
    policy = answer(house.owner.post(ROOT, json=given), 201)
    one = f"{ROOT}/{policy['id']}"
    assert policy["masking"][0] == {**RULE, "action": "mask", "places": ["request", "reply"], "pattern": None}
    assert house.published[-1] is True
    assert answer(house.viewer.get(one), 200) == policy
    assert answer(house.viewer.get(ROOT), 200)["items"] == [policy]
    with house.storage.reading() as work:
        (published,) = ai_policies(work)
    assert (published.team_id, published.cache_seconds, published.masking[0].kind) == (house.red, 60, "email")
    changed = answer(house.owner.put(one, json={"name": "Off", "team_id": house.red, "is_enabled": False}), 200)
    assert (changed["name"], changed["cache_seconds"], changed["masking"]) == ("Off", None, [])
    with house.storage.reading() as work:
        assert ai_policies(work) == ()
    assert answer(house.owner.delete(one), 204) is None
    answer(house.owner.get(one), 404)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"model": ""}, "model"),
        ({"model": "no such name"}, "model"),
        ({"cache_seconds": -1}, "cache_seconds"),
        ({"max_prompt_bytes": 0}, "max_prompt_bytes"),
        ({"max_output_tokens": "many"}, "max_output_tokens"),
        ({"masking": [RULE, RULE]}, "masking"),
        ({"masking": [{"name": "x", "kind": "pattern", "pattern": "(a+)+$"}]}, "masking.0.pattern"),
        ({"masking": [{"name": "x y", "kind": "email"}]}, "masking.0.name"),
        ({"other": 1}, "other"),
    ],
)
def test_bad_input_names_its_field(house: House, change: dict[str, object], field: str) -> None:
    given = {"name": "P", "team_id": house.red, **change}
    assert answer(house.owner.post(ROOT, json=given), 422)["field"] == field
    assert answer(house.owner.get(ROOT), 200)["items"] == []


def test_masking_is_tried_on_a_text(house: House) -> None:
    rules = [
        RULE,
        {"name": "key", "kind": "secret", "action": "block"},
        {"name": "n", "kind": "card", "action": "note"},
    ]
    tried = answer(
        house.viewer.post(f"{ROOT}/try", json={"masking": rules, "text": "a@b.example, 4111111111111111"}), 200
    )
    assert (tried["text"], tried["blocked_by"]) == ("[masked:mail], 4111111111111111", None)
    assert [(one["rule"], one["action"], one["count"]) for one in tried["finds"]] == [
        ("mail", "mask", 1),
        ("n", "note", 1),
    ]
    refused = answer(house.viewer.post(f"{ROOT}/try", json={"masking": rules, "text": f"sk-{'x' * 20}"}), 200)
    assert (refused["text"], refused["blocked_by"]) == ("", "key")
    answer(house.nobody.post(f"{ROOT}/try", json={"masking": rules, "text": ""}), 401)
    assert (
        answer(house.viewer.post(f"{ROOT}/try", json={"masking": [RULE, RULE], "text": ""}), 422)["field"] == "masking"
    )


def test_who_may_do_what_with_policies(house: House) -> None:
    given = {"name": "P", "team_id": house.red}
    one = f"{ROOT}/{answer(house.owner.post(ROOT, json=given), 201)['id']}"
    for method, path in (("GET", ROOT), ("POST", ROOT), ("GET", one), ("PUT", one), ("DELETE", one), ("GET", FINDS)):
        body = given if method in {"POST", "PUT"} else None
        answer(house.nobody.request(method, path, json=body), 401)
        if method in {"POST", "PUT", "DELETE"}:
            answer(house.viewer.request(method, path, json=body), 403)
        if path == one:
            answer(house.stranger.request(method, path, json=body), 404)
    answer(house.stranger.post(ROOT, json=given), 404)
    answer(house.owner.post(ROOT, json={"name": "Everybody"}), 403)
    answer(house.admin.post(ROOT, json={"name": "Everybody"}), 201)
    answer(house.owner.put(one, json={"name": "P"}), 422)


def test_finds_are_those_of_the_reader_s_teams(house: House) -> None:
    with house.storage.writing() as work:
        for number, team in enumerate((house.red, house.blue, house.red)):
            work.session.add(
                MaskingFind(
                    request_id="r",
                    started_at=datetime(2026, 11, 24, tzinfo=UTC),
                    team_id=team,
                    application_id=f"app_{number}",
                    model="m",
                    rule="mail",
                    action="mask",
                    place="reply",
                    finds=2,
                )
            )
    page = answer(house.viewer.get(FINDS, params={"limit": 1}), 200)
    rest = answer(house.viewer.get(FINDS, params={"after": page["next_cursor"]}), 200)
    assert {row["team_id"] for row in [*page["items"], *rest["items"]]} == {house.red}
    assert rest["next_cursor"] is None
    assert len(answer(house.admin.get(FINDS), 200)["items"]) == 3
    assert answer(house.viewer.get(FINDS, params={"after": "x"}), 422)["field"] == "after"
    narrowed = answer(house.admin.get(FINDS, params={"application_id": "app_1"}), 200)["items"]
    assert [row["team_id"] for row in narrowed] == [house.blue]
    assert answer(house.viewer.get(FINDS, params={"application_id": "app_1"}), 200)["items"] == []
