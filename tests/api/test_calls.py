from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.house import URL, House, answer
from factories import PASSWORD, make_user
from metering.spool_lines import START, ai_call_line, call_line, moment, request_id, usage_line
from passgate.identity.service.sessions import sign_in
from passgate.kernel.session_cookie import SESSION_COOKIE
from passgate.metering.ingest import Ingester

ROOT = "/api/v1/calls"
SUMMARY = "/api/v1/summary"


@pytest.fixture
def calls(house: House, tmp_path: Path) -> House:
    """Three calls of red (one of them AI), one of blue, one of nobody."""
    red, blue = {"application_id": house.red_application}, {"application_id": house.blue_application}
    nobody: dict[str, Any] = {"application_id": None, "jti": None, "subject": None, "service_id": None, "status": 401}
    lines = [call_line(1, **red), ai_call_line(2, **red), call_line(3, **red, status=503), call_line(4, **blue)]
    (tmp_path / "access.jsonl").write_bytes(b"".join([*lines, call_line(5, **nobody)]))
    (tmp_path / "usage-0.jsonl").write_bytes(usage_line(2, **red, team_id=house.red))
    assert Ingester(house.storage, tmp_path, "node-1", lambda: None).run_once() == 6
    return house


def requests_of(page: Any) -> list[str]:
    return [call["request_id"] for call in page["items"]]


def test_the_list_is_of_the_teams_that_one_is_in(calls: House) -> None:
    ids = [request_id(number) for number in range(6)]

    assert requests_of(answer(calls.admin.get(ROOT), 200)) == ids[:0:-1]
    assert requests_of(answer(calls.viewer.get(ROOT), 200)) == [ids[3], ids[2], ids[1]]
    assert requests_of(answer(calls.stranger.get(ROOT), 200)) == [ids[4]]


def test_a_call_with_its_usage(calls: House) -> None:
    [found] = answer(calls.viewer.get(ROOT, params={"model": "gpt-5-mini"}), 200)["items"]

    assert answer(calls.viewer.get(f"{ROOT}/{found['id']}"), 200) == found
    assert (found["application_name"], found["kind"], found["status"]) == ("Red app", "ai", 200)
    assert found["started_at"] == moment(2).isoformat().replace("+00:00", "Z")
    assert (found["usage"]["tokens_in"], found["usage"]["cost_micro_dollars"]) == (100, 65)


def test_pages_and_filters(calls: House) -> None:
    first = answer(calls.viewer.get(ROOT, params={"limit": 2}), 200)
    rest = answer(calls.viewer.get(ROOT, params={"limit": 2, "after": first["next_cursor"]}), 200)
    assert [len(first["items"]), len(rest["items"]), rest["next_cursor"]] == [2, 1, None]

    def matching(**wanted: str) -> list[str]:
        return requests_of(answer(calls.admin.get(ROOT, params=wanted), 200))

    assert matching(application_id=calls.blue_application) == [request_id(4)]
    assert matching(status_class="5xx", kind="rest") == [request_id(3)]
    assert matching(since=moment(4).isoformat(), until=moment(5).isoformat()) == [request_id(4)]
    assert matching(text="chat/completions") == [request_id(2)]
    assert matching(service_id="svc_orders", text=request_id(1)) == [request_id(1)]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("after", "x"),
        ("limit", "0"),
        ("since", "2026-03-14T00:00:00"),
        ("until", "tomorrow"),
        ("kind", "soap"),
        ("status_class", "2"),
    ],
)
def test_bad_input_names_its_field(house: House, field: str, value: str) -> None:
    assert answer(house.admin.get(ROOT, params={field: value}), 422)["field"] == field


def test_the_summary(calls: House) -> None:
    stretch = {"since": START.isoformat(), "until": (START + timedelta(hours=1)).isoformat()}

    found = answer(calls.admin.get(SUMMARY, params=stretch), 200)
    own = answer(calls.stranger.get(SUMMARY, params=stretch), 200)
    assert (found["totals"]["calls"], found["totals"]["errors"], found["totals"]["cost_micro_dollars"]) == (5, 2, 65)
    assert (own["totals"]["calls"], own["totals"]["cost_micro_dollars"]) == (1, 0)
    assert [one["name"] for one in own["top_applications"]] == ["Blue app"]
    assert len(answer(calls.viewer.get(SUMMARY), 200)["series"]) in {24, 25}  # the last day
    assert answer(calls.viewer.get(SUMMARY, params={"bucket": "minute"}), 422)["field"] == "bucket"
    assert answer(calls.viewer.get(SUMMARY, params={**stretch, "until": stretch["since"]}), 422)["field"] == "until"


@pytest.fixture
def outsider(calls: House) -> TestClient:
    """Someone signed in who is in no team."""
    with calls.storage.writing() as work:
        make_user(work, "outsider@example.com")
        _, secret = sign_in(work, "outsider@example.com", PASSWORD, "127.0.0.1", "test")
    return TestClient(calls.nobody.app, base_url=URL, cookies={SESSION_COOKIE: secret})


def test_who_may_not(calls: House, outsider: TestClient) -> None:
    of_red = answer(calls.viewer.get(ROOT), 200)["items"][0]["id"]
    of_nobody = answer(calls.admin.get(ROOT), 200)["items"][0]["id"]

    for path in (ROOT, f"{ROOT}/{of_red}", SUMMARY, f"{SUMMARY}/service-use", f"{SUMMARY}/subscription-use"):
        answer(calls.nobody.get(path), 401)
        answer(outsider.get(path), 403)
    answer(calls.stranger.get(f"{ROOT}/{of_red}"), 404)
    answer(calls.stranger.get(f"{ROOT}/{of_nobody}"), 404)
    answer(calls.admin.get(f"{ROOT}/999999"), 404)
    assert answer(calls.admin.get(f"{ROOT}/x"), 422)["field"] == "call_id"
