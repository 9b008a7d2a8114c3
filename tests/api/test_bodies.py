"""What calls said: who may have it logged, who may read it, and how long it is kept."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.house import House, answer
from metering.spool_lines import ai_call_line, moment, request_id, usage_line
from passgate.contracts.call_body import BodyRecord
from passgate.identity.models import Application
from passgate.metering.bodies.intake import take_bodies
from passgate.metering.bodies.models import CallBody
from passgate.metering.bodies.service import delete_old_bodies
from passgate.metering.ingest import Ingester

ROOT = "/api/v1/calls"


def put(house: House, folder: Path, number: int, application: str, team: str, **more: Any) -> None:
    seal = house.storage.vault.seal
    record = BodyRecord(
        request_id=request_id(number),
        start=moment(number).isoformat(),
        application_id=application,
        team_id=team,
        model="gpt",
        sealed_request=seal(f"asked {number}"),
        sealed_reply=seal(f"said {number}"),
        request_bytes=100,
        reply_bytes=len(f"said {number}"),
    ).model_copy(update=more)
    folder.mkdir(exist_ok=True)
    (folder / f"{number}.json").write_text(record.model_dump_json())


@pytest.fixture
def calls(house: House, tmp_path: Path) -> House:
    """An AI call of red and one of blue, with what they said; one of red of which nothing is kept."""
    red, blue = {"application_id": house.red_application}, {"application_id": house.blue_application}
    lines = [ai_call_line(1, **red), ai_call_line(2, **blue), ai_call_line(3, **red)]
    (tmp_path / "access.jsonl").write_bytes(b"".join(lines))
    usages = [usage_line(1, **red, team_id=house.red), usage_line(2, **blue, team_id=house.blue)]
    (tmp_path / "usage-0.jsonl").write_bytes(b"".join(usages))
    Ingester(house.storage, tmp_path, "node-1", lambda: None).run_once()
    put(house, tmp_path / "bodies", 1, house.red_application, house.red)
    put(house, tmp_path / "bodies", 2, house.blue_application, house.blue)
    (tmp_path / "bodies" / "broken.json").write_text("{")
    assert take_bodies(house.storage, tmp_path / "bodies") == 3
    assert list((tmp_path / "bodies").iterdir()) == []
    return house


def id_of(house: House, number: int) -> int:
    page = answer(house.admin.get(ROOT, params={"text": request_id(number)}), 200)
    return int(page["items"][0]["id"])


def test_who_may_reads_it_and_the_audit_log_tells(calls: House, tmp_path: Path) -> None:
    path = f"{ROOT}/{id_of(calls, 1)}/body"
    told = answer(calls.admin.get(path), 200)
    assert told == {"request": "asked 1", "request_bytes": 100, "reply": "said 1", "reply_bytes": 6}
    acts = answer(calls.admin.get("/api/v1/audit", params={"act": "body.read"}), 200)["items"]
    assert [(one["target"]["id"], one["team_id"]) for one in acts] == [(request_id(1), calls.red)]
    answer(calls.nobody.get(path), 401)
    answer(calls.viewer.get(path), 403)
    answer(calls.owner.get(path), 403)
    answer(calls.stranger.get(path), 403)
    assert answer(calls.admin.get(f"{ROOT}/{id_of(calls, 3)}/body"), 404)["code"] == "body_not_kept"
    answer(calls.admin.get(f"{ROOT}/999999/body"), 404)
    put(calls, tmp_path / "bodies", 1, calls.red_application, calls.red, sealed_reply=calls.storage.vault.seal("other"))
    take_bodies(calls.storage, tmp_path / "bodies")  # read a second time, it changes nothing
    assert answer(calls.admin.get(path), 200)["reply"] == "said 1"


def test_a_member_who_may_read_bodies_reads_those_of_the_team_alone(calls: House) -> None:
    role = answer(
        calls.admin.post("/api/v1/roles", json={"name": "Reader", "permissions": ["call:read", "body:read"]}), 201
    )
    members = answer(calls.admin.get(f"/api/v1/teams/{calls.red}/members"), 200)["items"]
    viewer = next(one["user_id"] for one in members if one["email"].startswith("viewer"))
    answer(calls.admin.put(f"/api/v1/teams/{calls.red}/members/{viewer}", json={"role": role["id"]}), 200)
    assert answer(calls.viewer.get(f"{ROOT}/{id_of(calls, 1)}/body"), 200)["request"] == "asked 1"
    answer(calls.viewer.get(f"{ROOT}/{id_of(calls, 2)}/body"), 404)


def test_logging_is_switched_by_those_who_may_read(house: House) -> None:
    path = f"/api/v1/applications/{house.red_application}"
    assert answer(house.admin.get(path), 200)["body_log_days"] is None
    answer(house.owner.patch(path, json={"body_log_days": 7}), 403)
    answer(house.owner.patch(path, json={"body_log_days": None, "description": "as it is"}), 200)
    answer(house.admin.patch(path, json={"body_log_days": 91}), 422)
    published = len(house.published)
    assert answer(house.admin.patch(path, json={"body_log_days": 7}), 200)["body_log_days"] == 7
    assert house.published[published:] == [True]
    assert answer(house.admin.patch(path, json={"name": "Renamed"}), 200)["body_log_days"] == 7
    new = {"team_id": house.red, "name": "Loud", "body_log_days": 3}
    answer(house.owner.post("/api/v1/applications", json=new), 403)
    assert answer(house.admin.post("/api/v1/applications", json=new), 201)["body_log_days"] == 3


def test_what_is_old_enough_is_deleted(calls: House) -> None:
    with calls.storage.writing() as work:
        red = work.session.get_one(Application, calls.red_application)
        red.body_log_days = 2
        blue = work.session.get_one(Application, calls.blue_application)
        blue.body_log_days = 1
        for row in work.session.query(CallBody):
            row.started_at = work.clock.now() - timedelta(hours=30)
    with calls.storage.writing() as work:
        assert delete_old_bodies(work) == 1
        assert [row.request_id for row in work.session.query(CallBody)] == [request_id(1)]
        work.session.get_one(Application, calls.red_application).body_log_days = None
        work.session.flush()
        assert delete_old_bodies(work) == 1
