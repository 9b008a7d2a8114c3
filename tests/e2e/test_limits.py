"""Limits from the management API to the client's exception, and over a restart."""

from pathlib import Path

import openai
import pytest

from e2e.running import Administrator, Running, until
from fake_vendor import FakeVendor, openai_chat

QUESTION = [{"role": "user", "content": "Say hello."}]


def limit(ada: Administrator, application: str, measure: str, window: str, amount: int) -> str:
    body = {"name": "Test", "scope": "application", "target": application, "measure": measure, "window": window}
    return str(ada.post("/limits", body | {"amount": amount})["id"])


def test_a_budget_holds_over_a_restart(ada: Administrator, passgate: Running, openai_vendor: FakeVendor) -> None:
    openai_vendor.reply("/v1/chat/completions", openai_chat("Hello", prompt=100_000, completion=1))
    ada.provider("openai", f"{openai_vendor.url}/v1", "gpt-4o-mini")
    application = ada.application("Chat")
    token, _ = ada.token(application)
    budget = limit(ada, application, "money", "total", 16_000)
    ada.in_force()

    def call() -> None:
        with openai.OpenAI(base_url=f"{passgate.url}/v1", api_key=token, max_retries=0) as client:
            client.chat.completions.create(model="gpt-4o-mini", messages=QUESTION, max_tokens=5)  # type: ignore[call-overload]

    def refused() -> openai.APIStatusError:
        with pytest.raises(openai.APIStatusError) as caught:
            call()
        return caught.value

    def refusal() -> openai.APIStatusError | None:
        """The sums, or a start, are on their way to the workers at first; a call that passes spends what is left."""
        try:
            call()
        except openai.APIStatusError as error:
            return error if error.status_code == 402 else None
        return None

    call()  # costs 15,001 micro-dollars by the catalogue's price
    until(lambda: ada.get(f"/limits/{budget}/fill")["spent_micro_dollars"] > 15_000, what="the ledger's sum")
    ada.request("PATCH", f"/limits/{budget}", {"amount": 15_000})
    ada.in_force()
    until(lambda: '"micro_dollars":1500' in (Path(passgate.data) / "node" / "spent.json").read_text(), what="the sums")
    for _ in range(2):
        error = until(refusal, what="a refusal")
        assert (error.status_code, error.type, error.code) == (402, "insufficient_quota", "budget_exhausted")
        passgate.stop()
        passgate.start()
    limit(ada, application, "requests", "minute", 0)
    ada.request("DELETE", f"/limits/{budget}")
    ada.in_force()
    error = until(lambda: (found := refused()).status_code == 429 and found)
    assert isinstance(error, openai.RateLimitError)
    assert error.response.headers["x-ratelimit-limit-requests"] == "0"
    assert int(error.response.headers["retry-after"]) <= 61
