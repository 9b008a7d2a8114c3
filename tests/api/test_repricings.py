from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from api.house import House, answer
from metering.spool_lines import START, ai_call_line, usage_line
from passgate.identity.token_tables import TokenSum
from passgate.metering.ingest import Ingester
from passgate.metering.models import SpendDay, Usage, UsageHour
from passgate.storage.audit.models import AuditEntry

ROOT = "/api/v1/repricings"
CALLS = "/api/v1/calls"
PRICE = "input=1;output=2;cached_input=0.5"
STRETCH = {"since": START.isoformat(), "until": (START + timedelta(hours=1)).isoformat()}
GIVEN = {**STRETCH, "model": "gpt-5-mini", "price": {"input": "2", "output": "4"}, "reason": "Wrong contract"}


@pytest.fixture
def calls(house: House, tmp_path: Path) -> House:
    """Three AI calls of red, priced; one of them of another model, and one that the vendor did not count."""
    red = {"application_id": house.red_application, "team_id": house.red, "unit_prices": PRICE, "masked": []}
    red |= {"cost_micro_dollars": 115, "cached": False}
    lines = [
        usage_line(1, **red),
        usage_line(2, **red),
        usage_line(3, **{**red, "model": "other"}),
        usage_line(4, **{**red, "usage": {}, "usage_source": "none", "cost_micro_dollars": 0}),
    ]
    (tmp_path / "usage-0.jsonl").write_bytes(b"".join(lines))
    (tmp_path / "access.jsonl").write_bytes(
        b"".join(ai_call_line(n, application_id=house.red_application) for n in (1, 4))
    )
    assert Ingester(house.storage, tmp_path, "node-1", lambda: None).run_once() == 6
    return house


def test_a_call_s_entry_is_count_times_price(calls: House) -> None:
    uncounted, call = answer(calls.viewer.get(CALLS), 200)["items"]
    ledger = answer(calls.viewer.get(f"{CALLS}/{call['id']}/ledger"), 200)
    (entry,) = ledger["entries"]
    assert [(one["kind"], one["count"], one["price"], one["unit"]) for one in entry["lines"]] == [
        ("input", 50, "1", "million tokens"),
        ("cached_input", 50, "0.5", "million tokens"),
        ("output", 20, "2", "million tokens"),
    ]
    assert (entry["price_version"], ledger["cost_micro_dollars"]) == ("genai-prices 0.2.3", 115)
    assert entry["large_above"] is None
    free = answer(calls.viewer.get(f"{CALLS}/{uncounted['id']}/ledger"), 200)
    assert (free["usage_source"], free["entries"][0]["lines"]) == ("none", [])
    answer(calls.nobody.get(f"{CALLS}/{call['id']}/ledger"), 401)
    answer(calls.stranger.get(f"{CALLS}/{call['id']}/ledger"), 404)


def test_an_estimate_says_so_and_is_charged_anew_like_a_count(house: House, tmp_path: Path) -> None:
    red = {"application_id": house.red_application, "team_id": house.red, "masked": [], "cached": False}
    estimated = {"usage": {"input": 100, "output": 20}, "usage_source": "estimate", "outcome": "cancelled"}
    line = usage_line(1, **red, **estimated, unit_prices="input=1;output=2", cost_micro_dollars=140)
    (tmp_path / "usage-0.jsonl").write_bytes(line)
    (tmp_path / "access.jsonl").write_bytes(ai_call_line(1, application_id=house.red_application))
    Ingester(house.storage, tmp_path, "node-1", lambda: None).run_once()
    made = answer(house.admin.post(ROOT, json=GIVEN), 201)
    assert (made["calls"], made["cost_before_micro_dollars"], made["cost_after_micro_dollars"]) == (1, 140, 280)
    (call,) = answer(house.viewer.get(CALLS), 200)["items"]
    assert (call["usage"]["usage_source"], call["usage"]["cost_micro_dollars"]) == ("estimate", 280)
    ledger = answer(house.viewer.get(f"{CALLS}/{call['id']}/ledger"), 200)
    assert ledger["usage_source"] == "estimate"
    first, second = ([(one["kind"], one["count"]) for one in entry["lines"]] for entry in ledger["entries"])
    assert first == second == [("input", 100), ("output", 20)]


def test_the_entry_of_a_large_prompt_says_why_it_costs_more(house: House, tmp_path: Path) -> None:
    price = "input=1;output=2;large_above=99;large_input=3;large_output=4"
    red = {"application_id": house.red_application, "team_id": house.red, "masked": [], "cached": False}
    (tmp_path / "usage-0.jsonl").write_bytes(usage_line(1, **red, unit_prices=price, cost_micro_dollars=380))
    (tmp_path / "access.jsonl").write_bytes(ai_call_line(1, application_id=house.red_application))
    Ingester(house.storage, tmp_path, "node-1", lambda: None).run_once()
    (call,) = answer(house.viewer.get(CALLS), 200)["items"]
    (entry,) = answer(house.viewer.get(f"{CALLS}/{call['id']}/ledger"), 200)["entries"]
    assert (entry["large_above"], entry["cost_micro_dollars"]) == (99, 380)
    assert [(one["kind"], one["price"]) for one in entry["lines"]] == [
        ("input", "3"),
        ("cached_input", "3"),
        ("output", "4"),
    ]


def test_a_correction_adds_entries_and_moves_every_sum(calls: House) -> None:
    preview = answer(calls.admin.post(f"{ROOT}/preview", json=GIVEN), 200)
    assert preview == {"calls": 2, "cost_before_micro_dollars": 230, "cost_after_micro_dollars": 560}
    made = answer(calls.admin.post(ROOT, json=GIVEN), 201)
    assert (made["calls"], made["price"]) == (2, "input=2;output=4")
    call = answer(calls.viewer.get(CALLS), 200)["items"][1]
    assert call["usage"]["cost_micro_dollars"] == 280
    first, second = answer(calls.viewer.get(f"{CALLS}/{call['id']}/ledger"), 200)["entries"]
    assert (first["cost_micro_dollars"], second["cost_micro_dollars"]) == (115, 280)
    assert (second["reason"], second["repricing_id"]) == ("Wrong contract", made["id"])
    with calls.storage.reading() as work:
        assert work.session.scalar(select(func.sum(Usage.cost))) == 345  # the old entries
        assert work.session.scalar(select(func.sum(UsageHour.cost))) == 345 + 330
        spent = dict(
            work.session.execute(select(SpendDay.scope, func.sum(SpendDay.cost)).group_by(SpendDay.scope)).all()
        )
        assert {scope: int(cost) for scope, cost in spent.items()} == {"token": 675, "user": 675}
        assert work.session.scalar(select(TokenSum.cost)) == 675
        assert work.session.scalar(select(func.count()).where(AuditEntry.act == "repricing.created")) == 1
    again = answer(calls.admin.post(ROOT, json=GIVEN), 201)
    assert (again["calls"], again["cost_after_micro_dollars"]) == (0, 0)
    back = answer(
        calls.admin.post(ROOT, json={**GIVEN, "price": {"input": "1", "output": "2", "cached_input": "0.5"}}), 201
    )
    assert (back["cost_before_micro_dollars"], back["cost_after_micro_dollars"]) == (560, 230)
    with calls.storage.reading() as work:
        assert work.session.scalar(select(func.sum(UsageHour.cost))) == 345
    assert [one["id"] for one in answer(calls.admin.get(ROOT), 200)["items"]] == [back["id"], again["id"], made["id"]]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"until": STRETCH["since"]}, "until"),
        ({"since": "2026-11-01T00:00:00"}, "since"),
        ({"model": None, "price": None}, "model"),
        ({"price": {}}, "price"),
        ({"price": {"input": 0.5}}, "price.input"),
        ({"reason": ""}, "reason"),
    ],
)
def test_bad_input_names_its_field(house: House, change: dict[str, object], field: str) -> None:
    told = answer(house.admin.post(ROOT, json={**GIVEN, **change}), 422)
    assert told["field"] == field


def test_who_may_correct(house: House) -> None:
    for path in (ROOT, f"{ROOT}/preview"):
        answer(house.nobody.post(path, json=GIVEN), 401)
        answer(house.owner.post(path, json=GIVEN), 403)
    answer(house.nobody.get(ROOT), 401)
    answer(house.owner.get(ROOT), 403)
