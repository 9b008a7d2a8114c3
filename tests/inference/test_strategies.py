import random
from collections import Counter

import orjson
import pytest

from passgate.contracts.inference_config import (
    Deployment,
    InferenceConfig,
    InferenceModel,
    InferenceProvider,
    PriceTable,
)
from passgate.contracts.routing import RoutingRules, Stickiness
from passgate.inference.compiled_config import compile_config
from passgate.inference.health import FIRST_OPEN_SECONDS, OPEN_AFTER, DeploymentHealth, HealthBook, KeyRest
from passgate.inference.routing import Router
from passgate.inference.routing_table import RoutingTable, ServingModel
from passgate.inference.stickiness import mark_of
from passgate.inference.translator import parse
from passgate.kernel.sealing import Vault

PROVIDER = InferenceProvider(id="p", name="P", vendor="openai", dialect="openai", base_url="http://x/v1")


def row(name: str, weight: int = 1, price: str | None = None) -> Deployment:
    table = None if price is None else PriceTable(version="t", input=price)
    return Deployment(id=name, provider_id="p", vendor_model=name, weight=weight, price=table)


def compiled(*models: InferenceModel, vault: Vault, before: HealthBook | None = None) -> RoutingTable:
    return compile_config(InferenceConfig(version=1, providers=(PROVIDER,), models=models), vault, before)


def of(vault: Vault, rules: RoutingRules, *rows: Deployment) -> ServingModel:
    model = compiled(InferenceModel(id="m", name="m", deployments=rows, routing=rules), vault=vault)
    found = model.model_of_team("t", "m")
    assert found is not None
    return found


def router() -> Router:
    return Router(random.Random(3).random)  # noqa: S311 - the same choices in every run


def test_the_cheapest_comes_first_and_an_unknown_price_last(vault: Vault) -> None:
    model = of(
        vault, RoutingRules(strategy="lowest-cost"), row("dear", price="9"), row("unknown"), row("free", price="0")
    )
    assert [one.id for one in router().order(model)] == ["free", "dear", "unknown"]


def test_the_fastest_comes_first_for_its_kind_of_answer_and_others_now_and_then(vault: Vault) -> None:
    model = of(vault, RoutingRules(strategy="least-latency"), row("a"), row("b"))
    a, b = model.deployments
    a.health.measure(0.9, stream=True)
    b.health.measure(0.1, stream=True)
    assert router().order(model)[0].id in {"a", "b"}  # neither is measured for whole answers
    a.health.measure(0.1, stream=False)
    b.health.measure(0.9, stream=False)
    choose = router()
    whole = Counter(choose.order(model)[0].id for _ in range(1000))
    stream = Counter(choose.order(model, stream=True)[0].id for _ in range(1000))
    assert 1 <= whole["b"] < 60
    assert 1 <= stream["a"] < 60


def test_the_least_busy_comes_first_by_weight(vault: Vault) -> None:
    model = of(vault, RoutingRules(strategy="least-busy"), row("big", weight=4), row("small"))
    big, small = model.deployments
    big.health.busy, small.health.busy = 3, 1
    assert router().order(model)[0] is big
    big.health.busy = 5
    assert router().order(model)[0] is small


def test_the_same_mark_leads_to_the_same_deployment_and_all_marks_are_spread_by_weight(vault: Vault) -> None:
    rows = [row("a", weight=2), row("b"), row("c")]
    model, fewer = (of(vault, RoutingRules(sticky="user"), *some) for some in (rows, rows[:2]))
    marks = [f"user {number}".encode() for number in range(2000)]
    homes = {mark: router().order(model, mark=mark)[0].id for mark in marks}
    assert homes == {mark: router().order(model, mark=mark)[0].id for mark in marks}
    assert Counter(homes.values())["a"] == pytest.approx(1000, abs=90)
    for mark in marks:
        if homes[mark] != "c":
            assert router().order(fewer, mark=mark)[0].id == homes[mark]


@pytest.mark.parametrize(
    ("sticky", "one", "other"),
    [
        ("conversation", {"max_tokens": 7}, {"messages": [{"role": "user", "content": "else"}]}),
        ("conversation", {"prompt_cache_key": "k"}, {"prompt_cache_key": "l"}),
        ("user", {"user": "u"}, {"user": "v"}),
        ("user", {"metadata": {"user_id": "u"}}, {}),
    ],
)
def test_what_belongs_together(sticky: Stickiness, one: dict[str, object], other: dict[str, object]) -> None:
    said = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]
    base = {"model": "m", "messages": said}

    def mark(document: dict[str, object]) -> bytes | None:
        return mark_of(sticky, parse("openai-chat", orjson.dumps(document), {}), None, "sub")

    later = {"role": "assistant", "content": "Hello"}
    messages = [*said, later, {"role": "user", "content": "More"}]
    first = {**base, **one}
    assert mark(first) == mark({**first, "messages": messages})
    assert mark(first) != mark({**base, **other})


def test_the_header_tells_only_where_it_is_there() -> None:
    parsed = parse("openai-chat", b'{"model":"m","messages":[{"role":"user","content":"Hi"}]}', {})
    assert mark_of("header", parsed, None, "sub") is None
    assert mark_of("header", parsed, "s1", "sub") == b"s1"


def test_a_circuit_opens_tries_and_heals() -> None:
    health = DeploymentHealth()
    for second in range(OPEN_AFTER):
        assert health.admits(second)
        health.fail("vendor_error", second)
    opened = OPEN_AFTER - 1
    assert not health.admits(opened + FIRST_OPEN_SECONDS - 1)
    due = opened + FIRST_OPEN_SECONDS
    assert [health.admits(due), health.admits(due)] == [True, False]  # one trial at a time
    health.fail("vendor_error", due)
    assert not health.admits(due + FIRST_OPEN_SECONDS)  # twice as long
    assert health.admits(due + 2 * FIRST_OPEN_SECONDS)
    health.give_up()
    assert health.admits(due + 2 * FIRST_OPEN_SECONDS)
    health.succeed()
    assert [health.admits(due), health.admits(due)] == [True, True]


def test_a_key_rests_as_long_as_it_is_told_and_longer_each_time_it_is_refused() -> None:
    rest = KeyRest()
    rest.overuse("vendor_rate_limited", 100, 7)
    assert rest.until == 107
    rest.succeed()
    assert rest.until == 0
    rest.refuse("vendor_auth_failed", 100)
    first = rest.until
    rest.refuse("vendor_auth_failed", 100)
    assert rest.until - 100 == 2 * (first - 100)


def test_what_was_found_out_outlives_a_new_configuration(vault: Vault) -> None:
    model = InferenceModel(id="m", name="m", deployments=(row("a"), row("b")))
    before = compiled(model, vault=vault)
    before.health.deployment("a").fail("vendor_error", 1)
    after = compiled(model, vault=vault, before=before.health)
    assert after.health.deployment("a") is before.health.deployment("a")


def test_an_alias_means_its_model_unless_a_model_bears_the_name(vault: Vault) -> None:
    table = compiled(
        InferenceModel(id="m1", name="one", aliases=("fast", "two"), deployments=(row("a"),)),
        InferenceModel(id="m2", name="two", deployments=(row("b"),)),
        vault=vault,
    )
    found = {name: table.model_of_team("t", name) for name in ("fast", "two")}
    assert {name: model.id for name, model in found.items() if model} == {"fast": "m1", "two": "m2"}
    assert table.knows("fast")
