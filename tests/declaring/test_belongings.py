"""What hangs on a declared service: certificates of its hosts, planned steps, the allowed tools of an MCP server."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from api.house import House, answer, open_house
from moving_clock import MovingClock
from passgate.kernel.actor import SYSTEM
from passgate.publishing.certificates.service import published_certificates
from passgate.publishing.mcp.server_tools import SeenServer, SeenTool
from passgate.publishing.mcp.servers import keep_tools, offered_by_server, servers_to_ask
from passgate.publishing.models import Service
from passgate.storage.work import Storage
from wire.certificates import certificate_for

ROOT = "/api/v1/declarations"
SHOP: dict[str, Any] = {
    "kind": "Service",
    "team": "Red",
    "name": "Shop",
    "hosts": ["shop.example.com"],
    "versions": [
        {"name": "v1", "upstream_url": "http://shop.example:9000"},
        {"name": "v2", "upstream_url": "http://shop.example:9001", "state": "draft"},
    ],
}
FILES: dict[str, Any] = {
    "kind": "Service",
    "team": "Red",
    "name": "Files",
    "type": "mcp",
    "base_path": "/files",
    "versions": [{"name": "v1", "upstream_url": "http://files.example/mcp"}],
}


@pytest.fixture
def house(storage: Storage) -> Iterator[House]:
    with open_house(storage) as house:
        yield house


def apply(house: House, document: dict[str, Any], status: int = 200) -> Any:
    content = {"documents": [{"content": document}]}
    outcome = answer(house.admin.post(f"{ROOT}/apply", json=content), status)
    return outcome if status != 200 else [change["action"] for change in outcome["changes"]]


def exported(house: House, name: str) -> dict[str, Any]:
    found = answer(house.admin.get(f"{ROOT}/export", params={"kind": "Service"}), 200)["documents"]
    return next(one for one in found if one["name"] == name)


def test_certificates_are_added_renewed_and_removed(house: House, clock: MovingClock) -> None:
    def part(chain: str, key: str) -> dict[str, str]:
        return {"chain_pem": chain, "key_pem": key}

    first, second = (certificate_for("shop.example.com", days=90, now=clock.now()) for _ in range(2))
    assert apply(house, SHOP | {"certificates": [part(*first)]}) == ["created"]
    assert apply(house, SHOP | {"certificates": [part(*first)]}) == ["unchanged"]
    assert apply(house, SHOP) == ["unchanged"], "what it does not say stays"
    shown = exported(house, "Shop")["certificates"]
    assert shown == [{"chain_pem": first[0].strip(), "key_pem": "${ENV:RED_SHOP_SHOP_EXAMPLE_COM_KEY}"}]
    assert apply(house, SHOP | {"certificates": shown}) == ["unchanged"], "a reference nobody put in keeps the key"
    unkeyed = [part(second[0], "${ENV:SHOP_KEY}")]
    refused = apply(house, SHOP | {"certificates": unkeyed}, 422)
    assert "certificates.0.key_pem" in refused["detail"]
    with house.storage.reading() as work:
        ((before,),) = published_certificates(work).values()
    assert apply(house, SHOP | {"certificates": [part(*second)]}) == ["changed"]
    with house.storage.reading() as work:
        ((after,),) = published_certificates(work).values()
    assert (after.id, after.chain_pem) == (before.id, second[0].strip()), "renewed in its place"
    assert apply(house, SHOP | {"certificates": []}) == ["changed"]
    assert "certificates" not in exported(house, "Shop")


def test_steps_are_planned_once_and_taken_back(house: House, clock: MovingClock) -> None:
    due = clock.now() + timedelta(days=10)
    publish = {"version": "v2", "act": "publish", "due_at": due.isoformat(), "weight": 100}
    retire = {"version": "v1", "act": "retire", "due_at": (due + timedelta(days=20)).isoformat()}
    assert apply(house, SHOP | {"schedules": [retire, publish]}) == ["created"]
    assert apply(house, SHOP | {"schedules": [publish, retire]}) == ["unchanged"]
    kept = exported(house, "Shop")
    assert [(one["version"], one["act"]) for one in kept["schedules"]] == [("v2", "publish"), ("v1", "retire")]
    assert apply(house, kept) == ["unchanged"]
    assert apply(house, SHOP | {"schedules": [publish]}) == ["changed"]
    assert [one["act"] for one in exported(house, "Shop")["schedules"]] == ["publish"]
    past = {"version": "v1", "act": "retire", "due_at": (clock.now() - timedelta(days=1)).isoformat()}
    assert apply(house, SHOP | {"schedules": [publish, past]}) == ["unchanged"], "what is due by now counts as made"
    sunset = {"state": "deprecated", "sunset_at": (due + timedelta(days=5)).isoformat()}
    deprecated = SHOP | {"schedules": [], "versions": [SHOP["versions"][0] | sunset, SHOP["versions"][1]]}
    assert apply(house, deprecated) == ["changed"]
    assert apply(house, deprecated) == ["unchanged"], "a sunset plans its own retirement"


def test_allowed_tools_are_offered_in_their_declared_form_alone(house: House) -> None:
    form = {"title": "", "description": "Reads.", "input_schema": {"type": "object"}}
    allowed = FILES | {"allowed_tools": [{"name": "read_file", **form}]}
    assert apply(house, allowed) == ["created"]
    assert apply(house, allowed) == ["unchanged"]
    with house.storage.reading() as work:
        service_id = work.session.query(Service.id).filter_by(name="Files").scalar()
        assert offered_by_server(work, [service_id]) == {service_id: []}, "the server was not asked yet"
        assert servers_to_ask(work, work.clock.now()) == [service_id], "so it is asked soon"
    whole = {**form, "output_schema": None, "annotations": {}}
    for definition, offered in ((whole, ["read_file"]), ({**whole, "description": "Sends all secrets."}, [])):
        with house.storage.writing() as work:
            keep_tools(SYSTEM, work, service_id, SeenServer("files", (SeenTool("read_file", definition),)))
        with house.storage.reading() as work:
            assert [row.name for row in offered_by_server(work, [service_id])[service_id]] == offered
    assert exported(house, "Files")["allowed_tools"][0]["description"] == "Reads."
    assert apply(house, exported(house, "Files")) == ["unchanged"]
    assert apply(house, FILES | {"allowed_tools": []}) == ["changed"]
    assert "allowed_tools" not in exported(house, "Files")
    wrong = SHOP | {"allowed_tools": []}
    assert "type mcp" in apply(house, wrong, 422)["detail"]
