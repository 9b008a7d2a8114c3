"""Identity providers and trusted issuers over the API."""

from collections.abc import Iterator

import pytest

from api.house import House, answer
from factories import ISSUER
from issuer_site import IssuerSite, issuer_site

PROVIDERS, TRUSTED = "/api/v1/identity-providers", "/api/v1/trusted-issuers"


@pytest.fixture
def site() -> Iterator[IssuerSite]:
    with issuer_site() as site:
        yield site


def provider_of(site: IssuerSite, **changes: object) -> dict[str, object]:
    fields = {"name": "Company", "issuer": site.url, "client_id": "passgate", "client_secret": "hush-hush"}
    return {**fields, **changes}


def trusted_of(site: IssuerSite, house: House, **changes: object) -> dict[str, object]:
    fields = {"name": "Company", "issuer": site.url, "audiences": ["gate"], "application_id": house.red_application}
    return {**fields, **changes}


def test_a_provider_comes_changes_and_goes(house: House, site: IssuerSite) -> None:
    made = answer(house.admin.post(PROVIDERS, json=provider_of(site)), 201)
    assert (made["has_client_secret"], made["problem"], made["user_count"]) == (True, None, 0)
    assert "hush" not in house.admin.get(PROVIDERS).text
    path = f"{PROVIDERS}/{made['id']}"
    rules = [{"group": "*", "role": "viewer", "team_id": house.red}]
    changed = answer(house.admin.patch(path, json={"group_rules": rules, "client_secret": None}), 200)
    assert (changed["group_rules"], changed["has_client_secret"]) == (rules, False)
    site.answers["/jwks"] = (500, {})
    assert answer(house.admin.post(f"{path}/check"), 200)["problem"]
    assert answer(house.admin.get(f"{PROVIDERS}/presets"), 200)["items"][0]["id"] == "google"
    answer(house.admin.delete(path), 204)
    answer(house.admin.get(path), 404)
    assert not any(house.published)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"issuer": "http://id.example.com"}, "issuer"),
        ({"preset": "google"}, None),
        ({"password_off": True}, None),
        ({"group_rules": [{"group": "*", "role": "admin"}]}, "group_rules.0"),
        ({"group_rules": [{"group": "x", "role": "viewer"}]}, "group_rules.0"),
        ({"group_rules": [{"group": "x", "role": "viewer", "team_id": "team_no"}]}, "group_rules.0.team_id"),
        ({"domains": ["no domain"]}, "domains.0"),
    ],
)
def test_a_provider_that_is_refused(
    house: House, site: IssuerSite, changes: dict[str, object], field: str | None
) -> None:
    refused = answer(house.admin.post(PROVIDERS, json=provider_of(site, **changes)), 422)
    assert field is None or refused["field"] == field
    assert answer(house.admin.get(PROVIDERS), 200)["items"] == []


def test_an_issuer_that_is_away_is_told(house: House, site: IssuerSite) -> None:
    for path, given in ((PROVIDERS, provider_of(site)), (TRUSTED, trusted_of(site, house))):
        refused = answer(house.admin.post(path, json={**given, "issuer": "http://127.0.0.1:9"}), 422)
        assert refused["code"] == "issuer_unreachable"


def test_a_trusted_issuer_comes_changes_and_goes(house: House, site: IssuerSite) -> None:
    made = answer(house.admin.post(TRUSTED, json=trusted_of(site, house)), 201)
    assert made["key_ids"] == ["one"]
    assert house.published[-1]
    path = f"{TRUSTED}/{made['id']}"
    mapping = {"application_id": None, "application_claim": "azp", "applications": {"shop": house.blue_application}}
    assert answer(house.admin.patch(path, json=mapping), 200)["applications"] == mapping["applications"]
    answer(house.admin.patch(path, json={"application_claim": "azp"}), 422)
    blocked = answer(house.admin.post(f"{path}/blocked", json={"subject": "auth0|eve/1", "reason": "left"}), 200)
    assert blocked["subject"] == "auth0|eve/1"
    assert answer(house.admin.get(path), 200)["blocked"] == [blocked]
    answer(house.admin.delete(f"{path}/blocked", params={"subject": "auth0|eve/1"}), 204)
    answer(house.admin.delete(f"{path}/blocked", params={"subject": "auth0|eve/1"}), 404)
    assert answer(house.admin.post(f"{path}/check"), 200)["problem"] is None
    answer(house.admin.delete(path), 204)
    answer(house.admin.get(path), 404)
    assert house.published[-1]


def test_our_own_issuer_needs_no_trust(house: House, site: IssuerSite) -> None:
    given = trusted_of(site, house, issuer=ISSUER.issuer, jwks_uri=f"{site.url}/jwks")
    assert answer(house.admin.post(TRUSTED, json=given), 422)["code"] in {"issuer_unreachable", "invalid_input"}


def test_issuers_are_the_organisations(house: House, site: IssuerSite) -> None:
    """Owners of a team may neither see nor change them."""
    made = answer(house.admin.post(TRUSTED, json=trusted_of(site, house)), 201)
    for path, given in ((PROVIDERS, provider_of(site)), (TRUSTED, trusted_of(site, house))):
        answer(house.nobody.get(path), 401)
        for client in (house.owner, house.viewer):
            answer(client.get(path), 403)
            answer(client.post(path, json=given), 403)
    for client in (house.owner, house.stranger):
        answer(client.post(f"{TRUSTED}/{made['id']}/blocked", json={"subject": "x"}), 403)
        answer(client.delete(f"{TRUSTED}/{made['id']}"), 403)
