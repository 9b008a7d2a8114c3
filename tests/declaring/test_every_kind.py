"""All kinds of documents: applied, applied again, exported, and applied to an empty Passgate."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from api.house import House, answer, open_house
from databases import SqliteDatabases
from declaring.everything import everything
from issuer_site import IssuerSite, issuer_site
from moving_clock import MovingClock
from passgate.catalog.models import Policy
from passgate.declaring.models import DeclaredObject
from passgate.identity.models import Application, Team, User
from passgate.kernel.ids import IdFactory
from passgate.kernel.sealing import Vault
from passgate.storage.engine import open_engine
from passgate.storage.work import Storage

ROOT = "/api/v1/declarations"
OF_THE_HOUSE = {"Red", "Blue"}
SECRETS = {"${ENV:OPENAI_API_KEY}": "sk-1", "${ENV:OPENAI_SPARE_API_KEY}": "sk-2", "${ENV:BEDROCK_API_KEY}": "sk-3"}


@pytest.fixture
def house(storage: Storage) -> Iterator[House]:
    with open_house(storage) as house:
        yield house


@pytest.fixture
def fresh_storage(sqlite_databases: SqliteDatabases, clock: MovingClock, vault: Vault) -> Iterator[Storage]:
    """Another Passgate's, empty."""
    with sqlite_databases.fresh() as url:
        yield Storage(open_engine(url), clock, IdFactory(clock), vault)


@pytest.fixture(scope="module")
def site() -> Iterator[IssuerSite]:
    with issuer_site() as site:
        yield site


def _filled(document: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(document)
    for name, value in SECRETS.items():
        text = text.replace(name, value)
    return json.loads(text)


def _given(documents: list[dict[str, Any]], **more: object) -> dict[str, Any]:
    placed = [{"file": "all.yaml", "number": at, "content": _filled(one)} for at, one in enumerate(documents, 1)]
    return {"documents": placed, **more}


def _applied(house: House, documents: list[dict[str, Any]], **more: object) -> dict[str, Any]:
    return answer(house.admin.post(f"{ROOT}/apply", json=_given(documents, **more)), 200)


def _actions(outcome: dict[str, Any]) -> set[str]:
    return {change["action"] for change in outcome["changes"]}


def _exported(house: House) -> list[dict[str, Any]]:
    found = answer(house.admin.get(f"{ROOT}/export"), 200)["documents"]
    own = [one for one in found if not one.get("email", "").endswith("@example.com")]
    return [one for one in own if one.get("team", one["name"] if one["kind"] == "Team" else None) not in OF_THE_HOUSE]


def test_everything_goes_out_and_in_again(house: House, site: IssuerSite, fresh_storage: Storage) -> None:
    documents = everything(site.url)
    assert _actions(_applied(house, list(reversed(documents)))) == {"created"}
    commits = len(house.published)
    assert _actions(_applied(house, documents)) == {"unchanged"}
    assert house.published[commits:] == [False]
    exported = _exported(house)
    assert "sk-" not in json.dumps(exported)
    assert [one["kind"] for one in exported] == [one["kind"] for one in documents]
    assert _actions(_applied(house, exported)) == {"unchanged"}
    with open_house(fresh_storage) as other:
        assert _actions(_applied(other, exported)) == {"created"}
        assert _exported(other) == exported
    pruned = [change["kind"] for change in _applied(house, [], prune=True)["changes"]]
    assert pruned == [one["kind"] for one in reversed(documents)]
    assert _exported(house) == []


def test_what_no_document_can_say_is_left_out_by_name(house: House) -> None:
    document = {"kind": "AiPolicy", "team": "Red", "name": "Small", "max_output_tokens": 5}
    _applied(house, [document, document | {"name": "Of old"}])
    with house.storage.writing() as work:
        old = work.session.query(Policy).filter_by(name="Of old").one()
        old.model = "no such name"
    found = answer(house.admin.get(f"{ROOT}/export", params={"kind": "AiPolicy"}), 200)
    assert [one["name"] for one in found["documents"]] == ["Small"]
    assert found["notes"][0].startswith(f"Left out: AiPolicy {old.id}, which no document can say: model: ")


def test_each_kind_asks_for_its_own_permission(house: House) -> None:
    plan = {"kind": "Plan", "team": "Red", "name": "Free"}
    scope = {"kind": "Scope", "team": "Red", "name": "red:read"}
    role = {"kind": "Role", "team": "Red", "name": "Watcher", "permissions": ["call:read"]}
    policy = {"kind": "AiPolicy", "team": "Red", "name": "Small", "max_output_tokens": 5}
    limit = {"kind": "Limit", "name": "Calls", "scope": "application", "team": "Red", "target": "Red app"}
    limit |= {"measure": "requests", "window": "minute", "amount": 5}
    for document in (plan, scope, role, policy, limit):
        for client, status in ((house.nobody, 401), (house.viewer, 403), (house.stranger, 404), (house.owner, 200)):
            answer(client.post(f"{ROOT}/diff", json=_given([document])), status)
    of_all = [
        {"kind": "Role", "name": "All", "permissions": ["call:read"]},
        {"kind": "AiPolicy", "name": "All", "max_output_tokens": 5},
        {
            "kind": "Limit",
            "name": "Team",
            "scope": "team",
            "team": "Red",
            "measure": "money",
            "window": "day",
            "amount": 1,
        },
        {"kind": "Limit", "name": "Ada", "scope": "user", "target": "admin@example.com", "measure": "parallel"}
        | {"window": "none", "amount": 1},
        {"kind": "TrustedIssuer", "name": "Elsewhere", "issuer": "https://id.example", "audiences": ["passgate"]}
        | {"application": {"team": "Red", "application": "Red app"}},
    ]
    for document in of_all:
        answer(house.owner.post(f"{ROOT}/diff", json=_given([document])), 403)


def test_no_document_tells_of_another_teams_applications(house: House) -> None:
    scope = {"kind": "Scope", "team": "Blue", "name": "blue:read"}
    told = {
        answer(
            house.stranger.post(
                f"{ROOT}/diff", json=_given([scope | {"granted_to": [{"team": "Red", "application": name}]}])
            ),
            404,
        )["detail"].replace(name, "it")
        for name in ("Red app", "Nothing")
    }
    assert len(told) == 1
    answer(
        house.admin.post(
            f"{ROOT}/apply",
            json=_given(
                [
                    {
                        "kind": "Provider",
                        "name": "P",
                        "vendor": "openai",
                        "api_key": "k",
                        "pass_through_applications": [{"team": "Red", "application": "Red app"}],
                    }
                ]
            ),
        ),
        200,
    )
    export = answer(house.stranger.get(f"{ROOT}/export", params={"kind": "Provider"}), 200)
    assert "Red app" not in json.dumps(export)
    assert export["notes"] == ["The provider P: not said are 1 applications that may call it as it is."]


def test_a_subscription_waits_for_the_services_team_and_is_not_asked_for_twice(house: House) -> None:
    service = {"kind": "Service", "team": "Red", "name": "Orders", "base_path": "/orders"}
    service["versions"] = [{"name": "v1", "upstream_url": "http://orders.example"}]  # type: ignore[assignment]
    plan = {"kind": "Plan", "team": "Red", "name": "Gold", "services": ["Orders"], "needs_approval": True}
    answer(house.owner.post(f"{ROOT}/apply", json=_given([service, plan])), 200)
    wanted = {"kind": "Subscription", "team": "Blue", "application": "Blue app", "service": "Orders"}
    wanted |= {"service_team": "Red", "plan": "Gold"}

    def applied() -> tuple[set[str], list[str]]:
        outcome = answer(house.stranger.post(f"{ROOT}/apply", json=_given([wanted])), 200)
        return _actions(outcome), outcome["notes"]

    label = "The subscription Blue / Blue app to Red / Orders"
    assert applied() == ({"created"}, [f"{label} is requested: its service's team decides."])
    assert applied() == ({"unchanged"}, [f"{label} is requested: its service's team decides."])
    found = answer(house.owner.get("/api/v1/subscriptions"), 200)["items"]
    assert [one["status"] for one in found] == ["requested"]
    answer(house.owner.post(f"/api/v1/subscriptions/{found[0]['id']}/reject", json={"reason": "No."}), 200)
    assert applied() == ({"unchanged"}, [f"{label} is rejected: its service's team decides."])
    assert _actions(_applied(house, [wanted])) == {"created"}
    assert applied() == ({"unchanged"}, [])


def test_a_default_plan_and_an_alias_move_in_one_step(house: House) -> None:
    service = {"kind": "Service", "team": "Red", "name": "Orders", "base_path": "/orders"}
    service["versions"] = [{"name": "v1", "upstream_url": "http://orders.example"}]  # type: ignore[assignment]
    provider = {"kind": "Provider", "name": "P", "vendor": "openai", "api_key": "k"}

    def documents(*, first: bool) -> list[dict[str, Any]]:
        plans = [
            {"kind": "Plan", "team": "Red", "name": name, "services": ["Orders"], "is_default": is_default}
            for name, is_default in (("A", first), ("B", not first))
        ]
        models = [
            {
                "kind": "Model",
                "name": name,
                "aliases": aliases,
                "deployments": [{"provider": "P", "vendor_model": "o3"}],
            }
            for name, aliases in (("a", ["best"] if first else []), ("b", [] if first else ["best"]))
        ]
        return [service, provider, *plans, *models]

    for first in (True, False, True):
        _applied(house, documents(first=first))
        assert _actions(_applied(house, documents(first=first))) == {"unchanged"}


def test_a_provider_moves_to_another_host_only_with_its_keys(house: House) -> None:
    here = {
        "kind": "Provider",
        "name": "P",
        "vendor": "openai",
        "api_key": "k1",
        "keys": [{"label": "b", "api_key": "k2"}],
    }
    _applied(house, [here])
    there = here | {"base_url": "https://proxy.example/v1"}
    assert _actions(_applied(house, [there])) == {"changed"}
    assert _actions(_applied(house, [there])) == {"unchanged"}
    for key, rule in ((None, "the API key to be pasted again"), ("k1", "the further keys to be removed first")):
        moved = here | {"base_url": "https://other.example/v1", "api_key": key, "keys": [{"label": "b"}]}
        problem = answer(house.admin.post(f"{ROOT}/diff", json=_given([moved])), 422)
        assert rule in problem["detail"]
    assert _actions(_applied(house, [there | {"keys": []}])) == {"changed"}
    assert _exported(house)[0].get("keys") is None


def test_what_never_changes_is_refused_by_field(house: House, site: IssuerSite) -> None:
    documents = everything(site.url)
    _applied(house, documents)
    by_kind = {one["kind"]: one for one in documents}
    for kind, change, field in (
        ("Limit", {"measure": "requests", "window": "minute"}, "measure"),
        ("Scope", {"team": "Support", "service": None}, "team"),
        ("Model", {"type": "embeddings"}, "type"),
        ("Provider", {"vendor": "openai"}, "vendor"),
    ):
        problem = answer(house.admin.post(f"{ROOT}/diff", json=_given([by_kind[kind] | change])), 422)
        assert f"), {field}: " in problem["detail"]


def test_an_issuer_that_is_away_leaves_nothing_done(house: House, site: IssuerSite) -> None:
    away = {"kind": "TrustedIssuer", "name": "Away", "issuer": f"{site.url}/away", "audiences": ["passgate"]}
    away |= {"application": {"team": "Red", "application": "Red app"}}
    team = {"kind": "Team", "name": "New"}
    problem = answer(house.admin.post(f"{ROOT}/apply", json=_given([team, away])), 422)
    assert problem["detail"].startswith("all.yaml, document 2 (TrustedIssuer Away), issuer: ")
    with house.storage.reading() as work:
        assert work.session.query(Team).filter_by(name="New").count() == 0
        assert work.session.query(Application).count() == 2
        assert work.session.query(User).count() == 4


def test_an_apply_that_changes_nothing_moves_no_mark(house: House) -> None:
    by_hand = {"kind": "Application", "team": "Red", "name": "Red app"}
    ours = {"kind": "Team", "name": "Sales"}

    def marks() -> dict[str, str]:
        with house.storage.reading() as work:
            return {row.kind: row.set_name for row in work.session.query(DeclaredObject)}

    _applied(house, [ours], set_name="one")
    assert _actions(_applied(house, [ours, by_hand], set_name="two")) == {"unchanged"}
    assert marks() == {"Team": "one"}, "what was there, and what another set made, stays as it was"
    assert _actions(_applied(house, [], set_name="two", prune=True)) == set()
    changed = _applied(house, [by_hand | {"description": "Of the shop"}], set_name="two")
    assert (_actions(changed), marks()) == ({"changed"}, {"Team": "one", "Application": "two"})


def test_a_user_is_made_without_a_password_and_by_who_may(house: House) -> None:
    user = {"kind": "User", "email": "New@Example.org", "name": "New", "teams": [{"team": "Red", "role": "viewer"}]}
    for client, status in ((house.nobody, 401), (house.viewer, 403), (house.owner, 403)):
        answer(client.post(f"{ROOT}/diff", json=_given([user])), status)
    outcome = _applied(house, [user])
    assert outcome["notes"] == [
        "new@example.org signs in by an identity provider that links users, or once an administrator sets a password."
    ]
    assert _actions(_applied(house, [user])) == {"unchanged"}
    promoted = user | {"teams": [{"team": "Blue", "role": "developer"}], "is_active": False}
    fields = {one["field"] for change in _applied(house, [promoted])["changes"] for one in change["fields"]}
    assert {"is_active"} < fields
    (found,) = [one for one in _exported(house) if one["kind"] == "User"]
    assert "password" not in json.dumps(found)
    assert (found["teams"], found["is_active"]) == ([{"team": "Blue", "role": "developer"}], False)
    unknown = user | {"teams": [{"team": "Red", "role": "king"}]}
    assert "no role king" in answer(house.admin.post(f"{ROOT}/diff", json=_given([unknown])), 404)["detail"]
