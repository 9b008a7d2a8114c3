"""A snapshot of another release in the database: the node says so once, and serves on until a readable one comes."""

import contextlib
import json
import sqlite3

import httpx

from e2e.running import Administrator, until
from fake_vendor import FakeVendor, openai_chat

CHAT = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Say hello."}]}


def test_a_node_waits_for_a_snapshot_that_it_can_read(ada: Administrator, openai_vendor: FakeVendor) -> None:
    openai_vendor.reply("/v1/chat/completions", openai_chat("Hello"))
    ada.provider("openai", f"{openai_vendor.url}/v1", "gpt-4o-mini")
    token, _ = ada.token(ada.application("shop"))
    ada.in_force()
    agent = ada.passgate.pid_of("agent")
    version = _put_in_foreign_snapshot(ada)
    until(lambda: f"snapshot {version} is not used" in ada.passgate.log, what="a word of the agent's")
    until(lambda: ada.get("/nodes")[0]["rejection"], what="a word in the node's row")
    (node,) = ada.get("/nodes")
    assert node["rejected_version"] == version
    assert "Another release of Passgate made this snapshot" in node["rejection"]
    assert "issuer: Field required" in node["rejection"]
    answer = httpx.post(
        f"{ada.passgate.url}/v1/chat/completions", json=CHAT, headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 200
    ada.provider("deepseek", f"{openai_vendor.url}/v1", "gpt-4o")
    ada.in_force()
    (node,) = ada.get("/nodes")
    assert node["rejection"] is None
    assert ada.passgate.pid_of("agent") == agent
    assert ada.passgate.log.count("is not used") == 1
    assert "Traceback" not in ada.passgate.log


def _put_in_foreign_snapshot(ada: Administrator) -> int:
    """As a release left it whose snapshots had no issuer; its number."""
    with contextlib.closing(sqlite3.connect(ada.passgate.data / "passgate.db", timeout=20)) as database, database:
        version, gateway = database.execute(
            "SELECT version, gateway FROM snapshots ORDER BY version DESC LIMIT 1"
        ).fetchone()
        foreign = {name: value for name, value in json.loads(gateway).items() if name != "issuer"}
        database.execute(
            "INSERT INTO snapshots (version, digest, gateway, inference, created_at)"
            " SELECT version + 1, 'foreign', ?, inference, created_at FROM snapshots WHERE version = ?",
            (json.dumps(foreign), version),
        )
    return int(version) + 1
