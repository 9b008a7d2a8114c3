"""Hooks: the example as it is installed, and hooks that misbehave."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from fake_vendor import FakeVendor, openai_chat, openai_stream
from inference.worker.running_worker import RunningWorker, config, deployment, model, provider
from passgate.contracts.hooks import HookedCall, HookedDeployment, RefusedByHookError
from passgate.inference.hooks.chain import HookChain, InstalledHook
from passgate.inference.hooks.errors import HookLoadError
from passgate.inference.hooks.faults import HookFault, HookFaults
from passgate.inference.hooks.loading import load_hooks

PATH = "/v1/chat/completions"
CHAT: dict[str, Any] = {"model": "gpt", "messages": [{"role": "user", "content": "Hello"}]}
EXAMPLE = Path(__file__).parents[3] / "examples" / "hooks"


def worker_with(tmp_path: Path, vendor: FakeVendor, chain: HookChain | None) -> RunningWorker:
    worker = RunningWorker(tmp_path, hooks=chain)
    worker.configure(
        config(
            [provider("oa", vendor.url), provider("ob", vendor.url)],
            [model("gpt", deployment("oa"), deployment("ob", "second", priority=1))],
        )
    )
    return worker


def chain(hook: object, *, refuse: bool = True, seconds: float = 0.2) -> HookChain:
    return HookChain((InstalledHook("own", hook),), seconds=seconds, refuse_on_failure=refuse)


def test_the_example_is_installed_found_and_asked(
    tmp_path: Path, vendor: FakeVendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*install, "--target", str(site), str(EXAMPLE)], check=True, timeout=120)
    monkeypatch.syspath_prepend(str(site))
    found = load_hooks(seconds=1.0, refuse_on_failure=True)
    assert found is not None
    with worker_with(tmp_path, vendor, found) as worker:
        vendor.reply(PATH, openai_chat("Fine"), openai_chat("Ask about Project Nightingale"))
        assert worker.call(PATH, CHAT).json()["choices"][0]["message"]["content"] == "Fine"
        assert vendor.requests[0].json()["user"] == "team_1"
        refused = worker.call(PATH, CHAT)
        assert (refused.status, refused.json()["error"]["code"]) == (403, "refused_by_hook")
        asked = worker.call(PATH, {**CHAT, "messages": [{"role": "user", "content": "What is project Nightingale?"}]})
        assert (asked.status, asked.json()["error"]["message"]) == (
            403,
            "This subject is not for AI models; see the house rules.",
        )
        assert len(vendor.requests) == 2
        _, paid, free = worker.usage(3)
        assert (paid.cost_micro_dollars > 0, free.cost_micro_dollars, free.error_code) == (True, 0, "refused_by_hook")


class Odd:
    """Misbehaves as the request says."""

    whole_answers_only = True

    async def before_request(self, call: HookedCall, request: dict[str, Any]) -> Any:
        del call
        what = request["messages"][0]["content"]
        if what == "slow":
            await asyncio.sleep(5)
        if what == "raise":
            raise KeyError(what)
        if what == "nonsense":
            return 7
        if what == "no request":
            return {"messages": "none"}
        if what == "wrong":
            raise RefusedByHookError("So not.", bad_request=True)
        return {**request, "model": "other", "seed": 5}

    def after_answer(self, call: HookedCall, answer: dict[str, Any]) -> dict[str, Any]:
        return {**answer, "seen": call.model}

    def order_deployments(self, call: HookedCall, deployments: Sequence[HookedDeployment]) -> list[str]:
        del call
        return [one.id for one in reversed(deployments)]


@pytest.mark.parametrize("refuse", [True, False])
def test_a_hook_that_fails_is_bounded_and_fails_closed_or_open(
    tmp_path: Path, vendor: FakeVendor, *, refuse: bool
) -> None:
    with worker_with(tmp_path, vendor, chain(Odd(), refuse=refuse)) as worker:
        for what in ("slow", "raise", "nonsense", "no request"):
            vendor.reply(PATH, openai_chat())
            began = time.monotonic()
            answer = worker.call(PATH, {**CHAT, "messages": [{"role": "user", "content": what}]})
            assert time.monotonic() - began < 3
            code = answer.json()["error"]["code"] if refuse else None
            assert (answer.status, code) == ((503, "hook_failed") if refuse else (200, None)), what
        assert len(vendor.requests) == (0 if refuse else 4)


def test_the_log_tells_where_a_hook_failed_once_and_nothing_of_the_prompt(
    tmp_path: Path, vendor: FakeVendor, caplog: pytest.LogCaptureFixture
) -> None:
    """The example, as an operator may break it: it takes words for what they are not."""
    source = (EXAMPLE / "house_rules.py").read_text()
    broken = source.replace("if _speaks_of_forbidden(request):", 'if {}[request["messages"][0]["content"]]:')
    assert broken != source
    (tmp_path / "house_rules.py").write_text(broken)
    names: dict[str, Any] = {"__name__": "house_rules"}
    exec(compile(broken, str(tmp_path / "house_rules.py"), "exec"), names)  # noqa: S102 - the example itself
    line = broken.splitlines().index('        if {}[request["messages"][0]["content"]]:') + 1
    with worker_with(tmp_path, vendor, chain(names["HouseRules"]())) as worker:
        for _ in range(3):
            answer = worker.call(PATH, {**CHAT, "messages": [{"role": "user", "content": "my secret plan"}]})
            assert (answer.status, answer.json()["error"]["message"]) == (503, "The hook 'own' failed.")
    told = [record for record in caplog.records if "the hook 'own' failed" in record.getMessage()]
    assert len(told) == 1
    assert "before_request: it raised; the call is refused\nKeyError\n" in told[0].getMessage()
    assert f"{tmp_path}/house_rules.py:{line} in before_request" in told[0].getMessage()
    assert "secret plan" not in caplog.text


def test_a_fault_is_told_again_after_a_while_with_its_count(caplog: pytest.LogCaptureFixture) -> None:
    moments = [0.0, 1.0, 599.0, 600.0, 601.0]
    left = iter([*moments, 602.0])
    faults = HookFaults(lambda: next(left))
    fault = HookFault("own", "after_answer", "it raised", ValueError("sk-secret"))
    for _ in moments:
        faults.tell(fault, "the call is refused", "req_1")
    faults.tell(HookFault("own", "after_answer", "it raised", TypeError("other")), "the call is refused", "req_1")
    said = [record.getMessage() for record in caplog.records]
    assert [("2 more" in one, one.rpartition("\n")[2]) for one in said] == [
        (False, "ValueError"),
        (True, "ValueError"),
        (False, "TypeError"),
    ]
    assert "sk-secret" not in caplog.text


def test_what_cannot_be_written_or_is_no_order_is_a_failure_too(tmp_path: Path, vendor: FakeVendor) -> None:
    class Nonsense:
        def __init__(self, answer: object, order: object) -> None:
            self._told = (answer, order)

        def after_answer(self, *_: object) -> object:
            return self._told[0]

        def order_deployments(self, *_: object) -> object:
            return self._told[1]

    for hook in (Nonsense({"seen": object()}, None), Nonsense(None, "oa"), Nonsense(7, [{}])):
        with worker_with(tmp_path, vendor, chain(hook)) as worker:
            vendor.reply(PATH, openai_chat())
            answer = worker.call(PATH, CHAT)
            assert (answer.status, answer.json()["error"]["code"]) == (503, "hook_failed")


def test_a_hook_changes_requests_answers_and_the_order_but_not_the_model(tmp_path: Path, vendor: FakeVendor) -> None:
    with worker_with(tmp_path, vendor, chain(Odd())) as worker:
        vendor.reply(PATH, openai_chat())
        assert worker.call(PATH, CHAT).json()["seen"] == "gpt"
        sent = vendor.requests[0].json()
        assert (sent["seed"], sent["model"]) == (5, "second")
        wrong = worker.call(PATH, {**CHAT, "messages": [{"role": "user", "content": "wrong"}]})
        assert (wrong.status, wrong.json()["error"]["message"]) == (400, "So not.")
        stream = worker.call(PATH, {**CHAT, "stream": True})
        assert (stream.status, stream.json()["error"]["param"]) == (400, "stream")


def test_streams_pass_a_hook_that_does_not_forbid_them(tmp_path: Path, vendor: FakeVendor) -> None:
    class Watching:
        def after_answer(self, *_: object) -> None:
            raise AssertionError

    with worker_with(tmp_path, vendor, chain(Watching())) as worker:
        vendor.reply(PATH, openai_stream())
        assert worker.call(PATH, {**CHAT, "stream": True}).body.endswith(b"data: [DONE]\n\n")


def test_a_hook_that_cannot_be_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "broken-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[passgate.hooks]\nbroken = no_such_module:Hook\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(HookLoadError, match="broken"):
        load_hooks(seconds=1.0, refuse_on_failure=True)
    assert load_hooks(seconds=1.0, refuse_on_failure=False) is None


def test_none_is_installed_here() -> None:
    assert load_hooks(seconds=1.0, refuse_on_failure=True) is None
