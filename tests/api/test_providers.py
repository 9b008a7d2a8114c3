from collections.abc import Iterator
from typing import Any

import pytest

from api.house import House, answer, open_house
from catalog.listing_vendor import ListingVendor, listing_vendor
from passgate.storage.work import Storage

KEY = "sk-very-secret-4711"
ROOT = "/api/v1/providers"


@pytest.fixture
def house(storage: Storage) -> Iterator[House]:
    with open_house(storage) as house:
        yield house


@pytest.fixture
def vendor() -> Iterator[ListingVendor]:
    with listing_vendor() as running:
        yield running


def given(**fields: object) -> dict[str, Any]:
    return {"name": "OpenAI", "vendor": "openai", "api_key": KEY, **fields}


def test_a_provider_s_life(house: House, vendor: ListingVendor) -> None:
    vendor.lists("gpt-4o", "sora-2")
    body = given(team_id=house.red, base_url=vendor.base_url)

    tried = house.owner.post(f"{ROOT}/test", json={"vendor": "openai", "base_url": vendor.base_url, "api_key": KEY})
    assert answer(tried, 200)["message"] == "Connected: 2 models."
    created = answer(house.owner.post(ROOT, json=body), 201)
    one = f"{ROOT}/{created['id']}"
    assert answer(house.owner.post(f"{one}/test"), 200)["ok"] is True
    seen = answer(house.viewer.get(one), 200)
    assert (seen["has_api_key"], seen["last_test_ok"], seen["last_test_message"]) == (
        True,
        True,
        "Connected: 2 models.",
    )
    assert answer(house.viewer.get(ROOT, params={"search": "open"}), 200)["items"] == [seen]
    changed = answer(house.owner.patch(one, json={"name": "Mine", "is_enabled": False}), 200)
    assert (changed["name"], changed["is_enabled"], changed["base_url"]) == ("Mine", False, vendor.base_url)
    offered = answer(house.viewer.get(f"{one}/available-models"), 200)["items"]
    assert [(row["vendor_model"], row["can_enable"]) for row in offered] == [("gpt-4o", True), ("sora-2", False)]
    assert offered[0]["price"]["input"] == "2.5"
    enabled = answer(house.owner.post(f"{one}/models", json={"models": [{"vendor_model": "gpt-4o"}]}), 201)["items"]
    assert [row["name"] for row in enabled] == ["gpt-4o"]
    refused = answer(house.owner.delete(one), 409)
    assert (refused["code"], "gpt-4o" in refused["detail"]) == ("provider_in_use", True)
    assert answer(house.owner.delete(one, params={"cascade": True}), 204) is None
    answer(house.owner.get(one), 404)


def test_calling_a_provider_as_it_is_is_off_until_somebody_may(house: House, vendor: ListingVendor) -> None:
    created = answer(house.owner.post(ROOT, json=given(team_id=house.red, base_url=vendor.base_url)), 201)
    one = f"{ROOT}/{created['id']}"
    assert (created["pass_through"], created["pass_through_applications"]) == (False, [])
    change = {"pass_through": True, "pass_through_applications": ["app_b", "app_a", "app_b"]}
    changed = answer(house.owner.patch(one, json={**change, "pass_through_charge_micro_dollars": 5}), 200)
    assert changed["pass_through_applications"] == ["app_a", "app_b"]
    assert (changed["pass_through"], changed["pass_through_charge_micro_dollars"]) == (True, 5)
    answer(house.viewer.patch(one, json=change), 403)
    for field, value in (("pass_through_charge_micro_dollars", 0), ("pass_through_applications", ["not an id"])):
        refused = answer(house.owner.patch(one, json={field: value}), 422)
        assert field in str(refused)
    assert answer(house.owner.get(one), 200) == changed


def test_the_key_is_in_no_answer(house: House, vendor: ListingVendor) -> None:
    vendor.answers["/v1/models"] = (401, b"{}")
    body = given(base_url=vendor.base_url)

    responses = [house.admin.post(ROOT, json=body), house.admin.get(ROOT), house.admin.post(ROOT, json=body)]
    provider = responses[0].json()["id"]
    responses += [
        house.admin.post(f"{ROOT}/{provider}/test"),
        house.admin.get(f"{ROOT}/{provider}"),
        house.admin.patch(f"{ROOT}/{provider}", json={"api_key": f"{KEY} and more"}),
        house.admin.post(ROOT, json=given(api_key=f"{KEY} twice", name="")),
    ]

    assert [response.status_code for response in responses] == [201, 200, 409, 200, 200, 422, 422]
    assert all(KEY not in response.text for response in responses)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"vendor": "acme"}, "vendor"),
        ({"api_key": None}, "api_key"),
        ({"api_key": "two words"}, "api_key"),
        ({"base_url": "ftp://example.com"}, "base_url"),
        ({"base_url": "https://u:p@example.com"}, "base_url"),
        ({"base_url": "http://example.com"}, "base_url"),
        ({"vendor": "vllm", "base_url": "https://example.com?x"}, "base_url"),
        ({"is_enabled": "perhaps"}, "is_enabled"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_bad_input_names_its_field_and_changes_nothing(house: House, fields: dict[str, object], field: str) -> None:
    refused = answer(house.admin.post(ROOT, json=given(**fields)), 422)

    assert refused["field"] == field
    assert answer(house.admin.get(ROOT), 200)["items"] == []
    assert not any(house.published)


@pytest.mark.parametrize(
    ("choice", "field"),
    [
        ({"vendor_model": "sora-2"}, "models.0.vendor_model"),
        ({"vendor_model": ""}, "models.0.vendor_model"),
        ({"vendor_model": "gpt-4o", "name": "a b"}, "models.0.name"),
        ({"vendor_model": "gpt-4o", "kind": "video"}, "models.0.kind"),
        ({"vendor_model": "gpt-4o", "context_window": 0}, "models.0.context_window"),
    ],
)
def test_a_bad_choice_of_model_names_its_field(house: House, choice: dict[str, object], field: str) -> None:
    provider = answer(house.admin.post(ROOT, json=given()), 201)["id"]

    assert answer(house.admin.post(f"{ROOT}/{provider}/models", json={"models": [choice]}), 422)["field"] == field
    assert answer(house.admin.get("/api/v1/models"), 200)["items"] == []


def test_who_may_not(house: House) -> None:
    provider = answer(house.owner.post(ROOT, json=given(team_id=house.red)), 201)["id"]
    one = f"{ROOT}/{provider}"
    choices = {"models": [{"vendor_model": "gpt-4o"}]}

    writes = [
        ("POST", ROOT, given(team_id=house.red, name="New")),
        ("PATCH", one, {"name": "New"}),
        ("DELETE", one, None),
        ("POST", f"{one}/test", None),
        ("POST", f"{one}/models", choices),
    ]
    for method, url, body in writes:
        answer(house.nobody.request(method, url, json=body), 401)
        answer(house.viewer.request(method, url, json=body), 403)
        answer(house.stranger.request(method, url, json=body), 404)
    for url in (one, f"{one}/available-models"):
        answer(house.nobody.get(url), 401)
        answer(house.stranger.get(url), 404)
    answer(house.nobody.get(ROOT), 401)
    answer(house.nobody.post(f"{ROOT}/test", json=given()), 401)
    answer(house.viewer.post(f"{ROOT}/test", json={"vendor": "openai", "api_key": KEY}), 403)
    answer(house.owner.post(ROOT, json=given(name="Everyone's")), 403)
    assert answer(house.stranger.get(ROOT), 200)["items"] == []
    assert answer(house.viewer.get(one), 200)["name"] == "OpenAI"
