"""The portal by the API: who finds what, on every list and id."""

import pytest

from api.house import House, answer

PORTAL = "/api/v1/portal/services"


def made(house: House, name: str, **more: object) -> str:
    """A published service of the red team."""
    body = {
        "team_id": house.red,
        "name": name,
        "base_path": f"/{name}",
        "upstream_url": "http://localhost:9000",
        "publish": True,
        **more,
    }
    return str(answer(house.owner.post("/api/v1/services", json=body), 201)["id"])


@pytest.fixture
def services(house: House) -> dict[str, str]:
    """By what they are visible to."""
    return {
        "public": made(house, "public", visibility="public", tags=["maps"]),
        "all_teams": made(house, "all", visibility="all_teams"),
        "chosen": made(house, "chosen", visibility="chosen", chosen_teams=[house.blue]),
        "nobody": made(house, "hidden", visibility="chosen", chosen_teams=[]),
        "draft": made(house, "draft", visibility="public", publish=False),
    }


@pytest.mark.parametrize(
    ("reader", "sees"),
    [
        ("nobody", {"public"}),
        ("stranger", {"public", "all_teams", "chosen"}),
        ("viewer", {"public", "all_teams", "chosen", "nobody"}),
        ("admin", {"public", "all_teams", "chosen", "nobody"}),
    ],
)
def test_each_reader_finds_what_is_shown_to_them(
    house: House, services: dict[str, str], reader: str, sees: set[str]
) -> None:
    client = getattr(house, reader)
    listed = {row["id"] for row in answer(client.get(PORTAL), 200)["items"]}
    assert listed == {services[name] for name in sees}
    for name, service_id in services.items():
        status = 200 if name in sees else 404
        answer(client.get(f"{PORTAL}/{service_id}"), status)
        answer(client.get(f"{PORTAL}/{service_id}/openapi.json"), status)
        assert client.get(f"{PORTAL}/{service_id}/docs").status_code == status


def test_the_portal_tells_callers_nothing_of_what_is_behind(house: House, services: dict[str, str]) -> None:
    shown = house.nobody.get(f"{PORTAL}/{services['public']}").text
    assert "localhost:9000" not in shown
    assert "team_id" not in answer(house.nobody.get(PORTAL), 200)["items"][0]
    document = answer(house.nobody.get(f"{PORTAL}/{services['public']}/openapi.json"), 200)
    assert document["servers"] == [{"url": "/public"}]
    assert "localhost:9000" not in str(document)
    assert answer(house.nobody.get(f"{PORTAL}/{services['public']}/openapi.json?version=v9"), 404)


def test_the_catalogue_is_narrowed(house: House, services: dict[str, str]) -> None:
    def ids(**params: str) -> list[str]:
        return [row["id"] for row in answer(house.viewer.get(PORTAL, params=params), 200)["items"]]

    assert ids(search="publ") == ids(tag="maps") == [services["public"]]
    assert ids(kind="prompt") == []
    assert answer(house.nobody.get(PORTAL, params={"kind": "x"}), 422)["field"] == "kind"


@pytest.mark.usefixtures("services")
def test_each_reader_may_narrow_by_what_is_shown_to_them(house: House) -> None:
    made(house, "secret", visibility="chosen", chosen_teams=[], tags=["ours"])

    def facets(reader: str) -> dict[str, list[object]]:
        return dict(answer(getattr(house, reader).get("/api/v1/portal/facets"), 200))

    assert facets("nobody")["tags"] == facets("stranger")["tags"] == ["maps"]
    assert facets("viewer")["tags"] == ["maps", "ours"]
    assert [team["id"] for team in facets("nobody")["teams"]] == [house.red]  # type: ignore[index]


def test_guests_see_public_plans_alone(house: House, services: dict[str, str]) -> None:
    base = {"team_id": house.red, "service_ids": [services["public"]]}
    for more in ({"name": "Free"}, {"name": "Partner", "is_public": False, "invited_team_ids": [house.blue]}):
        answer(house.owner.post("/api/v1/plans", json={**base, **more}), 201)

    def names(client: object) -> list[str]:
        shown = answer(client.get(f"{PORTAL}/{services['public']}"), 200)  # type: ignore[attr-defined]
        return [plan["name"] for plan in shown["plans"]]

    assert (names(house.nobody), names(house.stranger)) == (["Free"], ["Free", "Partner"])


def test_once_the_default_version_is_retired_the_document_is_the_next_one_s(
    house: House, services: dict[str, str]
) -> None:
    one = f"/api/v1/services/{services['public']}"
    first = answer(house.owner.get(f"{one}/versions/v1/revisions"), 200)["items"][0]
    definition = answer(house.owner.get(f"{one}/revisions/{first['id']}"), 200)["definition"]
    answer(house.owner.post(f"{one}/versions", json={"name": "v2"}), 201)
    second = answer(house.owner.post(f"{one}/versions/v2/revisions", json={"definition": definition}), 201)
    answer(house.owner.post(f"{one}/revisions/{second['id']}/publish", json={}), 200)
    read = f"{PORTAL}/{services['public']}/openapi.json"
    default = answer(house.nobody.get(read), 200)["servers"][0]["url"]
    shown = f"{PORTAL}/{services['public']}"
    assert answer(house.nobody.get(shown), 200)["address"] == default
    answer(house.owner.post(f"{one}/versions/v1/retire", json={}), 200)
    assert answer(house.nobody.get(read), 200)["servers"][0]["url"] == f"{default}/v2"
    assert answer(house.nobody.get(shown), 200)["address"] == f"{default}/v2"
