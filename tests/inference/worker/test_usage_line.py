"""Usage lines: what all calls of one kind share is made once, and never for a call of another kind."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from passgate.contracts.inference_config import PriceTable
from passgate.contracts.revocation_list import TokenFacts
from passgate.contracts.usage_record import TokenUsage, UsageRecord
from passgate.inference.health import DeploymentHealth
from passgate.inference.pricing import CallPrice
from passgate.inference.routing_table import ServingDeployment
from passgate.inference.translation import Target
from passgate.inference.worker.ai_call import AiCall, Ending, usage_line
from passgate.inference.worker.caller import Caller

STARTED = datetime(2026, 11, 24, 12, 0, 0, 5, tzinfo=UTC)


def price(version: str, dollars: str) -> CallPrice:
    return CallPrice(PriceTable(version=version, input=Decimal(dollars), output=Decimal(0)))


def deployment() -> ServingDeployment:
    return ServingDeployment(
        id="dep_1",
        model="m",
        provider_id="prv_1",
        provider_header=b"P",
        headers=(),
        target=Target("openai", vendor="openai", vendor_model="gpt", base_url="http://v", api_key="k"),
        keys=(),
        health=DeploymentHealth(),
        weight=1,
        priority=0,
        price=price("v1", "2"),
        rank=None,
    )


def record(serving: ServingDeployment | None, jti: str = "tok_1", **more: object) -> UsageRecord:
    caller = Caller(TokenFacts(jti, "app_1", "app_1", 1))
    call = AiCall("openai-chat", "req_1", caller, STARTED, lambda: 2.5, 2.0, model_name="m", chosen_by="only")
    call.deployment = serving
    for name, value in more.items():
        setattr(call, name, value)
    return msgspec.json.decode(usage_line(call, Ending(200, usage=TokenUsage(input=10))), type=UsageRecord)


def test_each_call_says_who_made_it() -> None:
    serving = deployment()
    told = [record(serving, jti) for jti in ("tok_1", "tok_2", "tok_1")]
    assert [one.jti for one in told] == ["tok_1", "tok_2", "tok_1"]
    assert [one.chosen_by for one in (record(serving), record(serving, chosen_by="weighted"))] == ["only", "weighted"]
    assert [one.model for one in (record(serving), record(serving, model_name="n"))] == ["m", "n"]


def test_another_price_is_told_as_such() -> None:
    serving = deployment()
    first = record(serving)
    second = record(replace(serving, price=price("v2", "3")))
    assert [(one.price_version, one.unit_prices, one.cost_micro_dollars) for one in (first, second)] == [
        ("v1", "input=2;output=0", 20),
        ("v2", "input=3;output=0", 30),
    ]


def test_many_tokens_are_not_kept_for_ever() -> None:
    serving = deployment()
    for number in range(2500):
        record(serving, f"tok_{number}")
    assert len(serving.line_parts) <= 1000
    assert record(serving, "tok_1").jti == "tok_1"


def test_a_call_that_asked_nobody_says_so() -> None:
    told = record(None, tried=None)
    assert (told.deployment_id, told.provider_id, told.chosen_by, told.cost_micro_dollars) == (None, None, None, 0)
    assert told.start == "2026-11-24T12:00:00.000005+00:00"
    assert told.latency_ms == 500
