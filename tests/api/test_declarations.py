from typing import Any

from api.house import House, answer

ROOT = "/api/v1/declarations"
TEAM = {"kind": "Team", "name": "Sales"}
APPLICATION = {"kind": "Application", "team": "Sales", "name": "Shop", "models": ["gpt"]}
PROVIDER = {"kind": "Provider", "name": "OpenAI", "vendor": "openai", "api_key": "sk-one"}
MODEL = {
    "kind": "Model",
    "name": "gpt",
    "deployments": [{"provider": "OpenAI", "vendor_model": "gpt-4o", "price": {"input": "2.50", "output": "10"}}],
}
SERVICE = {
    "kind": "Service",
    "team": "Sales",
    "name": "Orders",
    "base_path": "/orders",
    "access": "token",
    "versions": [{"name": "v1", "upstream_url": "http://orders.example:9000"}],
}
ALL = [TEAM, APPLICATION, PROVIDER, MODEL, SERVICE]


def given(documents: list[dict[str, Any]], **more: object) -> dict[str, Any]:
    placed = [{"file": "all.yaml", "number": at, "content": one} for at, one in enumerate(documents, 1)]
    return {"documents": placed, **more}


def applied(house: House, documents: list[dict[str, Any]], **more: object) -> list[tuple[str, str]]:
    outcome = answer(house.admin.post(f"{ROOT}/apply", json=given(documents, **more)), 200)
    return [(one["action"], one["kind"]) for one in outcome["changes"]]


def test_applied_twice_it_changes_nothing_the_second_time(house: House) -> None:
    assert {action for action, _ in applied(house, list(reversed(ALL)))} == {"created"}
    commits = len(house.published)
    assert {action for action, _ in applied(house, ALL)} == {"unchanged"}
    assert house.published[commits:] == [False]
    service = answer(house.admin.get("/api/v1/services", params={"search": "Orders"}), 200)["items"][0]
    assert (service["status"], service["access"], service["upstream_url"]) == (
        "published",
        "token",
        "http://orders.example:9000",
    )


def test_a_diff_names_every_field_and_does_nothing(house: House) -> None:
    applied(house, ALL)
    changed = [
        APPLICATION | {"models": None, "description": "The shop"},
        PROVIDER | {"api_key": "sk-two"},
        SERVICE | {"versions": [{"name": "v1", "upstream_url": "http://orders.example:9001"}]},
    ]
    outcome = answer(house.admin.post(f"{ROOT}/diff", json=given(changed)), 200)
    fields = {one["kind"]: [(f["field"], f["before"], f["after"]) for f in one["fields"]] for one in outcome["changes"]}
    assert fields["Application"] == [("description", "", "The shop"), ("models", ["gpt"], None)]
    assert fields["Provider"] == [("api_key", None, "**********")]
    assert [name for name, *_ in fields["Service"]] == ["versions.v1.pools.default.endpoints"]
    assert {action for action, _ in applied(house, ALL)} == {"unchanged"}
    assert [action for action, _ in applied(house, changed)] == ["changed"] * 3
    assert [action for action, _ in applied(house, changed)] == ["unchanged"] * 3


def test_one_refusal_leaves_nothing_done_and_says_where(house: House) -> None:
    wrong = [TEAM, APPLICATION, SERVICE | {"base_path": "/v1"}, PROVIDER, MODEL]
    before = len(house.published)
    problem = answer(house.admin.post(f"{ROOT}/apply", json=given(wrong)), 422)
    assert problem["detail"].startswith("all.yaml, document 3 (Service Orders), base_path: ")
    late = [TEAM, APPLICATION, MODEL | {"deployments": [{"provider": "Nobody", "vendor_model": "x"}]}, SERVICE]
    problem = answer(house.admin.post(f"{ROOT}/apply", json=given(late)), 404)
    assert problem["detail"] == "all.yaml, document 3 (Model gpt), deployments: There is no provider Nobody."
    assert house.published[before:] == []
    assert answer(house.admin.get("/api/v1/teams", params={"search": "Sales"}), 200)["items"] == []


def test_pruning_removes_what_the_set_made_and_nothing_else(house: House) -> None:
    applied(house, ALL, set_name="shop")
    other = {"kind": "Application", "team": "Sales", "name": "Other"}
    applied(house, [other], set_name="other")
    assert applied(house, [TEAM, APPLICATION], set_name="shop")[2:] == []
    removed = [one for one in applied(house, [TEAM, APPLICATION], set_name="shop", prune=True) if one[0] == "removed"]
    assert removed == [("removed", "Service"), ("removed", "Model"), ("removed", "Provider")]
    names = {one["name"] for one in answer(house.admin.get("/api/v1/applications"), 200)["items"]}
    assert names == {"Shop", "Other", "Red app", "Blue app"}
    gone = applied(house, [TEAM, APPLICATION], set_name="shop", prune_all=True)
    assert ("removed", "Application") in gone
    assert [one["name"] for one in answer(house.admin.get("/api/v1/applications"), 200)["items"]] == ["Shop"]


def test_each_document_asks_for_its_own_permission(house: House) -> None:
    red = {"kind": "Application", "team": "Red", "name": "New"}
    for client, status in ((house.nobody, 401), (house.viewer, 403), (house.stranger, 404), (house.owner, 200)):
        for act in ("diff", "apply"):
            answer(client.post(f"{ROOT}/{act}", json=given([red])), status)
    answer(house.owner.post(f"{ROOT}/apply", json=given([TEAM])), 403)
    exported = answer(house.stranger.get(f"{ROOT}/export"), 200)["documents"]
    assert [(one["kind"], one["name"]) for one in exported] == [("Team", "Blue"), ("Application", "Blue app")]
    assert house.nobody.get(f"{ROOT}/export").status_code == 401


def test_an_unknown_kind_is_refused_by_name(house: House) -> None:
    problem = answer(house.admin.post(f"{ROOT}/apply", json=given([{"kind": "Certificate", "name": "x"}])), 422)
    assert problem["detail"].startswith("all.yaml, document 1 (Certificate x), kind: there is no kind 'Certificate'")


def test_an_export_shows_no_secret_and_changes_nothing_when_it_is_applied(house: House) -> None:
    applied(house, ALL)
    exported = answer(house.admin.get(f"{ROOT}/export"), 200)["documents"]
    provider = next(one for one in exported if one["kind"] == "Provider")
    assert provider["api_key"] == "${ENV:OPENAI_API_KEY}"
    service = next(one for one in exported if one["kind"] == "Service")
    assert service == SERVICE
    assert {action for action, _ in applied(house, exported)} == {"unchanged"}


def test_the_schema_is_for_anybody(house: House) -> None:
    schema = answer(house.nobody.get(f"{ROOT}/schema"), 200)
    assert "Service" in schema["discriminator"]["mapping"]
