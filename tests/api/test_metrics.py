"""Figures for a monitor, read as a Prometheus reads them."""

from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

import passgate
from api.house import House, answer
from metering.spool_lines import START, ai_call_line, call_line, usage_line
from moving_clock import MovingClock
from passgate.api.metrics import metrics_text
from passgate.gateway.node_record import NodeRecord
from passgate.kernel.actor import Actor
from passgate.metering.ingest import Ingester
from passgate.metering.schemas import ServiceTraffic
from passgate.metering.service.traffic import Traffic, traffic_of_the_month

ROOT = "/api/v1/metrics"


@pytest.fixture
def watched(house: House, clock: MovingClock, tmp_path: Path) -> House:
    """Three calls of red, one of them of a model; one of blue; and a node."""
    clock.moment = START
    red, blue = {"application_id": house.red_application}, {"application_id": house.blue_application}
    lines = [call_line(1, **red), ai_call_line(2, **red), call_line(3, **red, status=503), call_line(4, **blue)]
    (tmp_path / "access.jsonl").write_bytes(b"".join(lines))
    (tmp_path / "usage-0.jsonl").write_bytes(usage_line(2, **red, team_id=house.red))
    Ingester(house.storage, tmp_path, "node-1", lambda: None).run_once()
    NodeRecord(house.storage, "node-1").write(started=True)
    return house


def figures(text: str) -> dict[str, list[tuple[dict[str, str], float]]]:
    found: dict[str, list[tuple[dict[str, str], float]]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


def looked_at(client: Any) -> dict[str, list[tuple[dict[str, str], float]]]:
    response = client.get(ROOT)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return figures(response.text)


def summed(found: dict[str, list[tuple[dict[str, str], float]]], name: str) -> float:
    return sum(value for _, value in found[name])


def test_who_may_read_everything_sees_all_calls_and_the_nodes(watched: House) -> None:
    found = looked_at(watched.admin)
    assert (summed(found, "passgate_calls_total"), summed(found, "passgate_failed_calls_total")) == (4, 1)
    assert {labels["kind"]: value for labels, value in found["passgate_calls_total"]} == {"rest": 3, "ai": 1}
    [(labels, calls)] = found["passgate_model_calls_total"]
    assert (labels["model"], calls) == ("gpt-5-mini", 1)
    assert {labels["direction"]: value for labels, value in found["passgate_tokens_total"]}["in"] == 100
    assert summed(found, "passgate_spent_dollars") == 65 / 1_000_000
    assert found["passgate_info"] == [({"version": passgate.__version__}, 1)]
    assert found["passgate_node_up"] == [({"node": "node-1"}, 1)]


def test_a_teams_people_see_their_own(watched: House) -> None:
    found = looked_at(watched.viewer)
    assert summed(found, "passgate_calls_total") == 3
    assert "passgate_node_up" not in found
    assert summed(looked_at(watched.stranger), "passgate_calls_total") == 1


def test_a_silent_node_is_down(watched: House, clock: MovingClock) -> None:
    clock.advance(seconds=16)
    assert looked_at(watched.admin)["passgate_node_up"] == [({"node": "node-1"}, 0)]


def test_counters_begin_anew_with_the_month(watched: House, admin: Actor, clock: MovingClock) -> None:
    def calls() -> int:
        with watched.storage.reading() as work:
            return sum(row.calls for row in traffic_of_the_month(admin, work).services)

    assert calls() == 4
    clock.moment = START.replace(month=START.month + 1, day=1, hour=0, minute=0)
    assert calls() == 0


def test_nobody_is_refused(watched: House) -> None:
    answer(watched.nobody.get(ROOT), 401)


def test_a_name_may_be_whatever_people_call_it() -> None:
    odd = 'a "quoted" \\ name\nin two lines'
    text = metrics_text(Traffic((ServiceTraffic("rest", "svc_1", odd, 1, 0, 5),), ()), []).decode()
    [(labels, value)] = figures(text)["passgate_calls_total"]
    assert (labels["service"], value) == (odd, 1)
