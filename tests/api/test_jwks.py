"""The public keys."""

from api.house import House

PATH = "/.well-known/jwks.json"


def test_the_set_is_cached_and_asked_for_again_only_when_it_changed(house: House) -> None:
    house.admin.post("/api/v1/keys/rotate", json={"at_once": True})
    first = house.nobody.get(PATH)
    assert first.headers["content-type"] == "application/json"
    assert first.headers["cache-control"] == "public, max-age=300"
    etag = first.headers["etag"]
    again = house.nobody.get(PATH, headers={"if-none-match": f'"other", W/{etag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    house.admin.post("/api/v1/keys/rotate", json={"at_once": True})
    changed = house.nobody.get(PATH, headers={"if-none-match": etag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != etag
    assert [key["alg"] for key in changed.json()["keys"]] == ["ES256"] * 3


def test_pages_of_other_sites_may_read_it(house: House) -> None:
    assert house.nobody.get(PATH).headers["access-control-allow-origin"] == "*"


def test_before_the_first_key_the_set_is_empty(house: House) -> None:
    assert house.nobody.get(PATH).json() == {"keys": []}
