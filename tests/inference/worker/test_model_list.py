from typing import Any

import pytest

from fake_vendor import FakeVendor
from inference.worker.running_worker import RunningWorker, claims, config, deployment, model, provider, until


def names(answer: Any) -> list[str]:
    return [row["id"] for row in answer.json()["data"]]


def test_openai_clients_see_the_models_that_their_application_may_use(worker: RunningWorker) -> None:
    answer = worker.call("/v1/models")
    assert names(answer) == ["acme/embed", "claude", "gpt"]
    row = answer.json()["data"][2]
    # What Mistral's client reads beside; what it may be is tested with Mistral's list.
    assert (row.pop("type"), row.pop("capabilities")["completion_chat"]) == ("base", True)
    assert row == {"id": "gpt", "object": "model", "created": 1700000000, "owned_by": "acme"}
    assert names(worker.call("/v1/models", x_passgate_claims=claims(application="app_2"))) == ["gpt"]


def test_one_model_by_a_name_with_a_slash(worker: RunningWorker) -> None:
    assert worker.call("/v1/models/acme/embed").json()["id"] == "acme/embed"
    assert worker.call("/v1/models/acme%2Fembed").json()["id"] == "acme/embed"


def test_anthropic_clients_see_chat_models_in_their_shape(worker: RunningWorker) -> None:
    answer = worker.call("/v1/models", anthropic_version="2023-06-01")
    assert answer.json() == {
        "data": [
            {"type": "model", "id": "claude", "display_name": "claude", "created_at": "2023-11-14T22:13:20Z"},
            {"type": "model", "id": "gpt", "display_name": "gpt", "created_at": "2023-11-14T22:13:20Z"},
        ],
        "has_more": False,
        "first_id": "claude",
        "last_id": "gpt",
    }
    assert worker.call("/v1/models/gpt", anthropic_version="2023-06-01").json()["type"] == "model"


@pytest.mark.parametrize(
    ("query", "expected", "more"),
    [
        ("limit=1", ["claude"], True),
        ("limit=1&after_id=claude", ["gpt"], False),
        ("limit=1&before_id=gpt", ["claude"], False),
        ("limit=2", ["claude", "gpt"], False),
    ],
)
def test_anthropic_pages(worker: RunningWorker, query: str, expected: list[str], more: bool) -> None:  # noqa: FBT001 - a row
    answer = worker.call(f"/v1/models?{query}", anthropic_version="2023-06-01")
    assert (names(answer), answer.json()["has_more"]) == (expected, more)


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "limit=1001", "after_id=nope"])
def test_pages_that_are_not_there(worker: RunningWorker, query: str) -> None:
    answer = worker.call(f"/v1/models?{query}", anthropic_version="2023-06-01")
    assert (answer.status, answer.json()["error"]["type"]) == (400, "invalid_request_error")


def test_models_that_are_not_for_the_application(worker: RunningWorker) -> None:
    assert worker.call("/v1/models/private").json()["error"]["code"] == "model_not_allowed"
    assert worker.call("/v1/models/nope").json()["error"]["code"] == "model_not_found"
    assert worker.call("/v1/models", x_passgate_claims="").status == 401
    assert worker.call("/v1/models", x_passgate_claims=claims(application="no")).status == 403


def test_aliases_are_models_of_their_own_in_openai_s_list(worker: RunningWorker, vendor: FakeVendor) -> None:
    models = [
        model("gpt", deployment("oa"), aliases=("best", "chat")),
        model("private", deployment("oa"), team_id="team_2", aliases=("secret",)),
    ]
    worker.configure(config([provider("oa", vendor.url)], models, 2))
    until(lambda: worker.call("/readyz").json()["snapshot_version"] == 2)
    assert names(worker.call("/v1/models")) == ["best", "chat", "gpt"]
    assert worker.call("/v1/models/best").json()["id"] == "best"
    assert worker.call("/v1/models/secret").status == 403
    assert names(worker.call("/v1/models", x_passgate_claims=claims(application="app_2"))) == ["best", "chat", "gpt"]
