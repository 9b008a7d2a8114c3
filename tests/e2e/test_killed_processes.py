"""`kill -9` of each process under load: serving again in three seconds, and no answered call lost or counted twice."""

import collections
import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from e2e.running import Administrator, until
from fake_vendor import FakeVendor, openai_chat

CHAT = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Say hello."}]}


@dataclass
class OwnClock:
    """Time in which this process ran: what it stood still for (garbage, the whole machine) tells nothing of a gate."""

    _beat: float = field(default_factory=time.monotonic)
    _stood_still: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def beat(self) -> None:
        """Sleep for a moment, and take note if it became a long one."""
        time.sleep(0.05)
        with self._lock:
            self._stood_still += self._late()
            self._beat = time.monotonic()

    def now(self) -> float:
        """Also right where the one who asks is back before the one who beats."""
        with self._lock:
            return time.monotonic() - self._stood_still - self._late()

    def _late(self) -> float:
        late = time.monotonic() - self._beat - 0.05
        return late if late > 0.2 else 0.0


@dataclass
class Load:
    """Callers that never rest, and what they were answered."""

    url: str
    token: str
    answered: list[str] = field(default_factory=list)
    """Request ids of calls that got a whole answer of 200."""
    refused: collections.Counter[str] = field(default_factory=collections.Counter)
    """What came instead of one, and how often."""
    last_answer: float = 0.0
    longest_silence: float = 0.0
    silent_from: float = 0.0
    clock: OwnClock = field(default_factory=OwnClock)
    _stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, callers: int) -> list[threading.Thread]:
        self.last_answer = self.clock.now()
        threads = [threading.Thread(target=self._call) for _ in range(callers)]
        threads.append(threading.Thread(target=self._watch))
        for thread in threads:
            thread.start()
        return threads

    def stop(self, threads: list[threading.Thread]) -> None:
        self._stop.set()
        for thread in threads:
            thread.join()

    def _call(self) -> None:
        with httpx.Client(headers={"Authorization": f"Bearer {self.token}"}, timeout=5) as client:
            while not self._stop.is_set():
                try:
                    answer = client.post(f"{self.url}/v1/chat/completions", json=CHAT)
                except httpx.TransportError as error:
                    self._refuse(type(error).__name__)
                    continue
                if answer.status_code == 200:
                    self._note(answer.headers["x-request-id"])
                else:
                    self._refuse(f"{answer.status_code} {answer.text}")

    def _watch(self) -> None:
        while not self._stop.is_set():
            self.clock.beat()

    def _note(self, request_id: str) -> None:
        with self._lock:
            now = self.clock.now()
            if now - self.last_answer > self.longest_silence:
                self.longest_silence, self.silent_from = now - self.last_answer, self.last_answer
            self.last_answer = now
            self.answered.append(request_id)

    def _refuse(self, words: str) -> None:
        with self._lock:
            self.refused[words] += 1
        time.sleep(0.01)


def counted(ada: Administrator) -> collections.Counter[str]:
    """How often each request id stands in the calls table."""
    rows: collections.Counter[str] = collections.Counter()
    after = ""
    while True:
        page = ada.get(f"/calls?limit=200{after}")
        rows.update(row["request_id"] for row in page["items"])
        if not page["next_cursor"]:
            return rows
        after = f"&after={page['next_cursor']}"


def processor_seconds(pid: int | None) -> float:
    """What a process has used; by the clock it takes longer, as long as callers and other tests hold the cores."""
    whole = Path(f"/proc/{pid}/stat").read_text()
    user, system = whole.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("victim", ["envoy", "worker-1", "control", "agent"])
def test_a_killed_process_costs_no_answered_call(ada: Administrator, openai_vendor: FakeVendor, victim: str) -> None:
    openai_vendor.reply("/v1/chat/completions", openai_chat("Hello"))
    ada.provider("openai", f"{openai_vendor.url}/v1", "gpt-4o-mini")
    token, _ = ada.token(ada.application("load"))
    ada.in_force()
    load = Load(ada.passgate.url, token)
    threads = load.run(callers=4)
    try:
        until(lambda: len(load.answered) > 50, what="load")
        ada.passgate.kill(victim)
        killed, before = load.clock.now(), len(load.answered)
        until(lambda: ada.passgate.pid_of(victim) is not None, what=f"a new {victim}")
        until(lambda: len(load.answered) > before + 50, what="answers after the kill")
        if victim == "control":
            until(lambda: ada.client.get("/api/v1/session").is_success, seconds=60, what="control's answer")
            assert processor_seconds(ada.passgate.pid_of("control")) < 10
    finally:
        load.stop(threads)
    assert load.longest_silence < 3, f"{load.silent_from - killed:.2f} s after the kill; {load.refused}"
    answered = set(load.answered)
    assert len(answered) == len(load.answered)
    until(lambda: answered <= counted(ada).keys(), seconds=30, what="a row for each answered call")
    rows = counted(ada)
    assert max(rows.values()) == 1


def test_the_node_serves_on_and_starts_again_without_control_and_database(
    ada: Administrator, openai_vendor: FakeVendor
) -> None:
    passgate = ada.passgate
    url, bearer = ada.chat_of(openai_vendor)
    until(lambda: httpx.post(url, json=CHAT, headers=bearer).status_code == 200, what="a first call")
    revoked, revoked_jti = ada.token(ada.application("other"))
    ada.post(f"/tokens/{revoked_jti}/revoke")
    ada.in_force()
    assert passgate.stop() == 0
    passgate.command = ("node",)
    passgate.settings["PASSGATE_DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/none"
    passgate.start()
    assert httpx.post(url, json=CHAT, headers=bearer).status_code == 200
    assert httpx.post(url, json=CHAT, headers={"Authorization": f"Bearer {revoked}"}).status_code == 401
