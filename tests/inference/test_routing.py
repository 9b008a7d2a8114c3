import random
from collections import Counter

import pytest

from passgate.contracts.inference_config import (
    Deployment,
    InferenceApplication,
    InferenceConfig,
    InferenceModel,
    InferenceProvider,
)
from passgate.inference.compiled_config import compile_config
from passgate.inference.routing import Router
from passgate.inference.routing_table import RoutingTable, ServingModel, header_text
from passgate.kernel.sealing import Vault


def table(*deployments: Deployment, vault: Vault) -> RoutingTable:
    provider = InferenceProvider(id="p", name="P", vendor="openai", dialect="openai", base_url="http://x/v1")
    models = (
        InferenceModel(id="m1", name="shared", deployments=deployments),
        InferenceModel(id="m2", name="shared", team_id="t1", deployments=deployments[:1]),
        InferenceModel(id="m3", name="other", team_id="t2", deployments=deployments),
    )
    applications = (
        InferenceApplication(id="a1", name="A1", team_id="t1"),
        InferenceApplication(id="a2", name="A2", team_id="t2", models=("other",)),
    )
    return compile_config(
        InferenceConfig(version=3, providers=(provider,), models=models, applications=applications), vault
    )


def shared_model(*deployments: Deployment, vault: Vault) -> ServingModel:
    compiled = table(*deployments, vault=vault)
    application = compiled.application("a2")
    assert application is not None
    model = compiled.model(application, "other")
    assert model is not None
    return model


def row(name: str, weight: int = 1, priority: int = 0) -> Deployment:
    return Deployment(id=name, provider_id="p", vendor_model=name, weight=weight, priority=priority)


def test_lower_priority_numbers_come_first(vault: Vault) -> None:
    model = shared_model(row("c", priority=2), row("a", priority=0), row("b", priority=1), vault=vault)
    assert [deployment.id for deployment in Router(lambda: 0.5).order(model)] == ["a", "b", "c"]


def test_equals_are_chosen_in_proportion_to_their_weight(vault: Vault) -> None:
    model = shared_model(row("a", weight=3), row("b", weight=1), row("none", weight=0), vault=vault)
    strategy = Router(random.Random(7).random)  # noqa: S311 - the same choices in every run
    orders = [[deployment.id for deployment in strategy.order(model)] for _ in range(4000)]
    first = Counter(order[0] for order in orders)
    assert first["none"] == 0
    assert first["a"] == pytest.approx(3000, abs=120)
    assert all(sorted(order) == ["a", "b", "none"] for order in orders)
    assert all(order[2] == "none" for order in orders)


def test_only_weightless_deployments_are_tried_as_they_stand(vault: Vault) -> None:
    model = shared_model(row("a", weight=0), row("b", weight=0), vault=vault)
    assert [deployment.id for deployment in Router(lambda: 0.9).order(model)] == ["a", "b"]


def test_a_teams_own_model_comes_before_everybodys(vault: Vault) -> None:
    compiled = table(row("a"), row("b"), vault=vault)
    application = compiled.application("a1")
    assert application is not None
    own = compiled.model(application, "shared")
    assert own is not None
    assert own.team_id == "t1"
    assert compiled.models_of(application) == [own]
    assert compiled.model(application, "other") is None
    assert compiled.knows("other")


@pytest.mark.parametrize(
    ("text", "header"), [("gpt-4o:free/x", "gpt-4o:free/x"), ("a\r\nb", "a%0D%0Ab"), ("é", "%C3%A9"), ("50%", "50%25")]
)
def test_header_text(text: str, header: str) -> None:
    assert header_text(text) == header
