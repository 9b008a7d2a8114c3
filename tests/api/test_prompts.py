from collections.abc import Iterator
from typing import Any

import pytest

from api.house import House, answer, open_house
from passgate.catalog.models import Model
from passgate.contracts.prompt import PromptDefinition
from passgate.publishing.prompts.gate import LocalGate, Trial
from passgate.publishing.published_state import published_prompts
from passgate.storage.work import Storage

PROMPT: dict[str, Any] = {"user": "Say {{text}}", "variables": [{"name": "text"}], "models": [{"name": "nobody"}]}


@pytest.fixture
def house(storage: Storage) -> Iterator[House]:
    with open_house(storage, gate=FakeGate()) as house:
        yield house


def test_the_library_is_there_for_whoever_reads_services(house: House) -> None:
    found = answer(house.viewer.get("/api/v1/prompt-templates"), 200)["items"]
    assert found[0]["id"] == "sentiment"
    assert found[0]["prompt"]["output_schema"]["required"] == ["sentiment", "confidence"]
    assert house.nobody.get("/api/v1/prompt-templates").status_code == 401


def test_a_prompt_is_checked_without_being_kept(house: House) -> None:
    given = {"team_id": house.red, "prompt": PROMPT}
    checked = answer(house.owner.post("/api/v1/prompts/check", json=given), 200)
    assert checked["faults"] == [{"field": "models.0.name", "rule": "The team has no chat model 'nobody'."}]
    assert checked["input_schema"]["required"] == ["text"]
    for client, status in ((house.nobody, 401), (house.viewer, 403), (house.stranger, 404)):
        assert client.post("/api/v1/prompts/check", json=given).status_code == status
    assert house.owner.post("/api/v1/prompts/check", json={**given, "prompt": {}}).status_code == 422


class FakeGate(LocalGate):
    """Answers trials in turn; the real gate is walked in ``tests/e2e/test_prompts.py``."""

    def try_prompt(self, token: str, prompt: PromptDefinition, given: dict[str, Any]) -> Trial:
        assert token.count(".") == 2
        answer = {"text": f"{prompt.user} <- {given['text']}"}
        figures = {"model": "gpt", "attempts": 1, "tokens_in": 3, "tokens_out": 2, "cost": "0.1", "latency_ms": 5}
        return Trial.model_validate({"status": 200, "answer": answer, "problem": None, "code": None, **figures})


def service(house: House, prompt: dict[str, Any], *, status: int = 201, publish: bool = False) -> Any:
    given = {"team_id": house.red, "name": "Say", "kind": "prompt", "base_path": "/say", "publish": publish}
    return answer(house.owner.post("/api/v1/services", json=given | {"definition": {"prompt": prompt}}), status)


@pytest.fixture
def modelled(house: House) -> dict[str, Any]:
    """A prompt whose model is there."""
    with house.storage.writing() as work:
        now = work.clock.now()
        work.session.add(Model(id="mod_1", name="gpt", kind="chat", owned_by="", is_enabled=True, created_at=now))
    return PROMPT | {"models": [{"name": "gpt"}]}


def test_a_prompt_that_breaks_a_rule_is_not_kept(house: House, modelled: dict[str, Any]) -> None:
    refused = service(house, PROMPT, status=422)
    assert (refused["code"], refused["field"]) == ("prompt_invalid", "prompt.models.0.name")
    assert service(house, modelled | {"user": "{{a b}}"}, status=422)["field"] == "prompt.user"
    assert answer(house.owner.get("/api/v1/services"), 200)["items"] == []


def test_a_published_prompt_reaches_the_workers_without_its_tests(house: House, modelled: dict[str, Any]) -> None:
    service(house, modelled | {"tests": [{"input": {"text": "a"}}]}, publish=True)
    with house.storage.reading() as work:
        (found,) = published_prompts(work)
    assert (found.team_id, found.definition.user, found.definition.tests) == (house.red, "Say {{text}}", ())


def test_tests_are_run_kept_and_must_pass_before_it_is_published(house: House, modelled: dict[str, Any]) -> None:
    tests = [{"name": "same", "input": {"text": "a"}}, {"input": {"text": "a"}, "expect": "contains", "value": "b"}]
    one = f"/api/v1/services/{service(house, modelled | {'tests': tests, 'tests_required': True})['id']}"
    (row,) = answer(house.owner.get(f"{one}/versions/v1/revisions"), 200)["items"]
    revision = f"{one}/revisions/{row['id']}"
    assert answer(house.owner.post(f"{revision}/publish"), 409)["code"] == "prompt_tests_not_passed"
    run = answer(house.owner.post(f"{revision}/prompt-tests"), 200)
    assert (run["passed"], run["failed"]) == (1, 1)
    assert run["results"][1]["fault"] == "'b' is not in 'Say {{text}} <- a'."
    assert "1 of 2 tests failed" in answer(house.owner.post(f"{revision}/publish"), 409)["detail"]

    tests[1]["value"] = "SAY"
    changed = {"definition": {"prompt": modelled | {"tests": tests, "tests_required": True}}}
    answer(house.owner.patch(revision, json=changed), 200)
    assert "not run yet" in answer(house.owner.post(f"{revision}/publish"), 409)["detail"]
    assert answer(house.owner.post(f"{revision}/prompt-tests"), 200)["failed"] == 0
    answer(house.owner.post(f"{revision}/publish"), 200)
    assert [run["failed"] for run in answer(house.viewer.get(f"{revision}/prompt-tests"), 200)] == [0, 1]

    document = answer(house.viewer.get(f"{revision}/prompt-openapi"), 200)
    assert document["paths"]["/say"]["post"]["summary"] == "Say"
    second = {"definition": {"prompt": modelled | {"streaming": False}}}
    later = answer(house.owner.post(f"{one}/versions/v1/revisions", json=second), 201)["id"]
    params = {"before": row["id"]}
    changes = answer(house.viewer.get(f"{one}/revisions/{later}/prompt-changes", params=params), 200)
    assert changes[0] == {"text": "The answer is no longer streamed.", "breaking": True}
    for path in ("prompt-tests", "prompt-openapi", f"prompt-changes?before={row['id']}"):
        assert house.nobody.get(f"{revision}/{path}").status_code == 401
        assert house.stranger.get(f"{revision}/{path}").status_code == 404
    for client, status in ((house.nobody, 401), (house.viewer, 403), (house.stranger, 404)):
        assert client.post(f"{revision}/prompt-tests").status_code == status


def test_a_prompt_is_tried_before_there_is_a_service(house: House, modelled: dict[str, Any]) -> None:
    given = {"team_id": house.red, "prompt": modelled, "input": {"text": "hi"}}
    tried = answer(house.owner.post("/api/v1/prompts/try", json=given), 200)
    assert (tried["answer"], tried["cost"], tried["tokens_in"]) == ({"text": "Say {{text}} <- hi"}, "0.1", 3)
    refused = answer(house.owner.post("/api/v1/prompts/try", json=given | {"prompt": PROMPT}), 422)
    assert refused["code"] == "prompt_invalid"
    for client, status in ((house.nobody, 401), (house.viewer, 403), (house.stranger, 404)):
        assert client.post("/api/v1/prompts/try", json=given).status_code == status


def test_a_prompt_is_not_open_to_all(house: House) -> None:
    given = {"team_id": house.red, "name": "Open", "base_path": "/open", "kind": "prompt"}
    opened = answer(house.owner.post("/api/v1/services", json=given | {"access": "public"}), 422)
    assert (opened["code"], opened["field"]) == ("prompt_public_unsupported", "access")
    service = answer(house.owner.post("/api/v1/services", json=given), 201)["id"]
    rule = {"kind": "access", "who": "public"}
    for change in ({"access": "public"}, {"policies": [rule]}):
        refused = answer(house.owner.patch(f"/api/v1/services/{service}", json=change), 422)
        assert refused["code"] == "prompt_public_unsupported"
    whole = given | {"base_path": "/other", "definition": {"policies": [rule]}}
    assert answer(house.owner.post("/api/v1/services", json=whole), 422)["field"] == "policies.0.who"


def test_a_prompt_has_no_response_cache(house: House) -> None:
    given = {"team_id": house.red, "name": "Kept", "base_path": "/kept", "kind": "prompt"}
    cache = [{"kind": "response_cache"}]
    whole = given | {"definition": {"policies": cache}}
    assert answer(house.owner.post("/api/v1/services", json=whole), 422)["field"] == "policies.0"
    service = answer(house.owner.post("/api/v1/services", json=given), 201)["id"]
    refused = answer(house.owner.patch(f"/api/v1/services/{service}", json={"policies": cache}), 422)
    assert refused["field"] == "policies.0"
