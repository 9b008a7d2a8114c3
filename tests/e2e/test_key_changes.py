"""Signing keys change under load: no good token is refused, and none of a revoked key is accepted a second later."""

import http.client
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import pytest

from e2e.running import Administrator, Running, until
from fake_vendor import FakeVendor, openai_stream
from local_site import SiteHandler, local_site

LOADERS = 4


class _Upstream(SiteHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.reply(b"ok")


@pytest.fixture
def upstream() -> Iterator[str]:
    with local_site(_Upstream) as port:
        yield f"http://127.0.0.1:{port}"


@dataclass
class Load:
    """Calls without a pause; what each token's calls were answered with, and when."""

    port: int
    tokens: list[str]
    answers: list[tuple[float, str, int]] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        while not self.ended.is_set():
            for token in tuple(self.tokens):
                begun = time.monotonic()
                connection.request("GET", "/echo/x", headers={"authorization": f"Bearer {token}"})
                answer = connection.getresponse()
                answer.read()
                self.answers.append((begun, token, answer.status))
        connection.close()

    def statuses(self, token: str, since: float = 0.0) -> set[int]:
        return {status for begun, of, status in self.answers if of == token and begun >= since}

    def seen(self, count: int) -> None:
        """Wait for some calls more."""
        goal = len(self.answers) + count
        until(lambda: len(self.answers) >= goal, seconds=60, what="more calls")


@contextmanager
def load(passgate: Running, *tokens: str) -> Iterator[Load]:
    load = Load(passgate.port, list(tokens))
    with ThreadPoolExecutor(LOADERS) as pool:
        running = [pool.submit(load.run) for _ in range(LOADERS)]
        try:
            yield load
        finally:
            load.ended.set()
        for each in running:
            each.result()


def keys(ada: Administrator) -> dict[str, str]:
    return {key["kid"]: key["status"] for key in ada.get("/keys")["items"]}


def active(ada: Administrator) -> str:
    (kid,) = [kid for kid, status in keys(ada).items() if status == "active"]
    return kid


def test_rotation_refuses_nobody_and_revocation_everybody_within_a_second(
    passgate: Running, ada: Administrator, upstream: str
) -> None:
    application = ada.application("shop")
    ada.service("echo", upstream, access="token")
    first, _ = ada.token(application)
    assert sorted(keys(ada).values()) == ["active", "next"]
    ada.in_force()
    with load(passgate, first) as under:
        under.seen(100)
        leaked = active(ada)
        for _ in range(3):
            ada.post("/keys/rotate", {"at_once": True})
            under.tokens.append(ada.token(application)[0])
            under.seen(200)
        assert passgate.cli("key", "rotate", "--at-once").returncode == 0
        under.tokens.append(ada.token(application)[0])
        under.seen(200)
        assert all(under.statuses(token) == {200} for token in under.tokens), "a good token was refused"

        revoked = ada.post(f"/keys/{leaked}/revoke", {"reason": "leaked"})
        answered = time.monotonic()
        assert revoked["count"] == 1
        until(lambda: under.statuses(first, answered + 1.0), seconds=20, what="calls a second later")
        under.seen(300)
        assert under.statuses(first, answered + 1.0) == {401}

        signing = active(ada)
        fallen = under.tokens[-1]
        ada.post(f"/keys/{signing}/revoke", {})
        answered = time.monotonic()
        under.tokens.append(ada.token(application)[0])
        until(lambda: under.statuses(fallen, answered + 1.0), seconds=20, what="calls a second later")
        under.seen(300)
        assert under.statuses(fallen, answered + 1.0) == {401}
        assert active(ada) != signing
        assert under.statuses(under.tokens[-1]) == {200}, "a token of the key that took over was refused"
        for token in under.tokens[1:4]:
            assert under.statuses(token) == {200}, "a token of another key was refused"


def test_a_stream_of_a_revoked_key_is_cut(passgate: Running, ada: Administrator, openai_vendor: FakeVendor) -> None:
    openai_vendor.reply("/v1/chat/completions", openai_stream(["x"] * 600, gap=0.05))
    ada.provider("openai", f"{openai_vendor.url}/v1", "gpt-4o-mini")
    token, _ = ada.token(ada.application("shop"))
    ada.in_force()
    body = {"model": "gpt-4o-mini", "stream": True, "messages": [{"role": "user", "content": "hi"}]}
    client = httpx.Client(base_url=passgate.url, timeout=20, headers={"authorization": f"Bearer {token}"})
    passgate.clients.append(client)
    until(lambda: client.get("/v1/models").json().get("data"), what="the worker's part of the snapshot")
    with client.stream("POST", "/v1/chat/completions", json=body) as answer:
        lines = answer.iter_lines()
        assert answer.status_code == 200
        next(lines)
        ada.post(f"/keys/{active(ada)}/revoke", {"reason": "leaked"})
        begun = time.monotonic()
        rest = "\n".join(lines)
        assert time.monotonic() - begun < 2, "the stream went on"
        assert "[DONE]" not in rest
        assert "token_revoked" in rest


def test_the_master_key_rotates_while_calls_run(
    passgate: Running, ada: Administrator, openai_vendor: FakeVendor, upstream: str
) -> None:
    openai_vendor.reply("/v1/chat/completions", openai_stream(["Hel", "lo"]))
    ada.provider("openai", f"{openai_vendor.url}/v1", "gpt-4o-mini")
    ada.service("echo", upstream, access="token")
    application = ada.application("shop")
    token, _ = ada.token(application)
    ada.in_force()
    file = passgate.data / "master.key"
    before = file.read_text()
    with load(passgate, token) as under:
        under.seen(50)
        done = passgate.cli("key", "rotate-master")
        assert done.returncode == 0, done.stderr
        assert "secrets are sealed under the master key" in done.stdout
        under.tokens.append(ada.token(application)[0])
        under.seen(50)
        assert all(under.statuses(each) == {200} for each in under.tokens)
    after = file.read_text()
    assert len(after.split()) == 1
    assert after != before
    ada.post("/keys/rotate", {"at_once": True})  # seals under the new key, in a process that began with the old one
    second = {"vendor": "openai", "name": "second", "base_url": f"{openai_vendor.url}/v1", "api_key": "sk-another"}
    ada.post("/providers", second)
    for worker in ("control", "worker-1"):
        passgate.kill(worker)
    body = {"model": "gpt-4o-mini", "stream": True, "messages": [{"role": "user", "content": "hi"}]}

    def answers() -> bool:
        said = httpx.post(f"{passgate.url}/v1/chat/completions", json=body, headers={"x-api-key": token})
        return said.status_code == 200 and "Hel" in said.text

    until(answers, seconds=20, what="an AI call after the rotation")
    assert openai_vendor.requests[-1].headers["authorization"] == "Bearer sk-vendor-secret"
    until(lambda: ada.client.get("/.well-known/jwks.json").is_success, seconds=20, what="control")
    assert ada.token(application)[0]
    listed = json.loads(passgate.cli("key", "list", "--json").stdout)
    assert {key["status"] for key in listed} == {"active", "next", "retiring"}
