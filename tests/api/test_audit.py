"""The audit log at the API: told, filtered, exported, verified, and only to those who may read it."""

import json

from api.house import House, answer

AUDIT = "/api/v1/audit"


def created(house: House, name: str = "New app") -> str:
    body = {"team_id": house.red, "name": name}
    made = answer(house.owner.post("/api/v1/applications", json=body, headers={"x-request-id": "req-7"}), 201)
    return str(made["id"])


def test_an_act_is_told_with_actor_session_address_and_request(house: House) -> None:
    application = created(house)
    found = answer(house.owner.get(AUDIT, params={"target_id": application}), 200)["items"]
    (entry,) = found
    assert (entry["act"], entry["actor"]["name"], entry["actor"]["kind"]) == ("application.created", "Owner", "user")
    assert (entry["request_id"], entry["ip"], entry["team_id"]) == ("req-7", "testclient", house.red)
    assert entry["via"].startswith("ses_")
    assert (entry["before"], entry["after"]["name"]) == (None, "New app")


def test_failed_sign_ins_are_told_without_the_password(house: House) -> None:
    wrong = {"email": "owner@example.com", "password": "not this one, surely"}
    answer(house.nobody.post("/api/v1/session", json=wrong, headers={"x-forwarded-for": "192.0.2.9"}), 401)
    (entry,) = answer(house.admin.get(AUDIT, params={"act": "sign_in."}), 200)["items"]
    assert (entry["result"], entry["reason"], entry["ip"]) == ("refused", "sign_in_failed", "192.0.2.9")
    assert entry["target"]["name"] == "owner@example.com"
    assert entry["actor"]["kind"] == "nobody"
    assert "surely" not in json.dumps(entry)


def test_a_denied_permission_is_told(house: House) -> None:
    answer(house.viewer.post("/api/v1/teams", json={"name": "Mine"}), 403)
    (entry,) = answer(house.admin.get(AUDIT, params={"result": "refused"}), 200)["items"]
    assert (entry["act"], entry["actor"]["name"]) == ("access.refused", "Viewer")
    assert "team:write" in entry["after"]["message"]


def test_owners_read_their_teams_entries_and_no_others(house: House) -> None:
    application = created(house)
    answer(house.stranger.post("/api/v1/applications", json={"team_id": house.blue, "name": "Theirs"}), 201)
    seen = answer(house.stranger.get(AUDIT), 200)["items"]
    assert {entry["team_id"] for entry in seen} == {house.blue}
    assert answer(house.stranger.get(AUDIT, params={"target_id": application}), 200)["items"] == []
    answer(house.viewer.get(AUDIT), 403)
    answer(house.owner.get(f"{AUDIT}/verification"), 403)
    answer(house.nobody.get(f"{AUDIT}/export"), 401)


def test_pages_and_filters(house: House) -> None:
    for number in range(5):
        created(house, f"App {number}")
    wanted = {"act": "application.created", "limit": 3, "search": "app"}
    first = answer(house.owner.get(AUDIT, params=wanted), 200)
    rest = answer(house.owner.get(AUDIT, params=wanted | {"after": first["next_cursor"], "limit": 50}), 200)
    numbers = [entry["seq"] for entry in first["items"] + rest["items"]]
    assert numbers == sorted(numbers, reverse=True)
    assert [entry["target"]["name"] for entry in first["items"]] == ["App 4", "App 3", "App 2"]
    later = house.storage.clock.now().replace(year=2030).isoformat()
    assert answer(house.admin.get(AUDIT, params={"since": later}), 200)["items"] == []
    assert len(answer(house.admin.get(AUDIT, params={"until": later}), 200)["items"]) > 5
    answer(house.admin.get(AUDIT, params={"since": "yesterday"}), 422)
    assert answer(house.admin.get(AUDIT, params={"after": "none"}), 200)["items"] == []


def test_export_is_one_entry_a_line_and_the_chain_verifies(house: House) -> None:
    created(house)
    exported = house.admin.get(f"{AUDIT}/export")
    assert exported.headers["content-type"].startswith("application/x-ndjson")
    lines = [json.loads(line) for line in exported.text.splitlines()]
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    found = answer(house.admin.get(f"{AUDIT}/verification"), 200)
    assert (found["is_whole"], found["entries"], found["problems"]) == (True, len(lines), [])
    assert found["hash"] == lines[-1]["hash"]
    kept = {"seq": 1, "hash": "0" * 64}
    assert not answer(house.admin.get(f"{AUDIT}/verification", params=kept), 200)["is_whole"]
