"""A token stands in one of five places; from none does it go on to the upstream, an answer or a log."""

import pytest

from wire.rig import Answer, Gate

PLACES = ("authorization", "x-api-key", "api-key", "x-goog-api-key", "key")


def _call(gate: Gate, path: str, place: str, token: str) -> Answer:
    if place == "key":
        return gate.call(f"{path}?a=1&key={token}&b=2")
    return gate.call(f"{path}?a=1&b=2", headers={place: f"Bearer {token}" if place == "authorization" else token})


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("path", ["/orders/1", "/tickets/1", "/open/1", "/v1/models"])
def test_a_good_token_passes_from_each_place_and_stops_at_the_gate(gate: Gate, path: str, place: str) -> None:
    token = gate.issuer.token()
    answer = _call(gate, path, place, token)
    assert answer.status == 200
    assert token not in answer.body.decode()
    assert answer.json["path"].endswith("?a=1&b=2")


@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
def test_the_schemes_case_says_nothing(gate: Gate, scheme: str) -> None:
    """RFC 9110 section 11.1; some clients of other languages write it small."""
    token = gate.issuer.token()
    for path in ("/orders/1", "/v1/models"):
        answer = gate.call(path, headers={"authorization": f"{scheme} {token}"})
        assert answer.status == 200
        assert token not in answer.body.decode()
    twice = gate.call("/orders/1", headers={"authorization": f"Bearer Bearer {token}"})
    assert (twice.status, "is 'Bearer' in it?" in twice.body.decode()) == (401, True)


@pytest.mark.parametrize("place", PLACES)
def test_every_other_place_is_emptied_too(gate: Gate, place: str) -> None:
    good, other = gate.issuer.token(), gate.issuer.token(aud="https://elsewhere.example")
    headers = {"authorization": f"Bearer {other}", "x-api-key": other, "api-key": other, "x-goog-api-key": other}
    path = "/orders/1"
    if place == "key":
        path += f"?key={good}"
    else:
        headers[place] = f"Bearer {good}" if place == "authorization" else good
    answer = gate.call(path, headers=headers)
    assert answer.status == 200
    assert not {"authorization", "x-api-key", "api-key", "x-goog-api-key"} & set(answer.json["headers"])
    assert good not in answer.body.decode()


@pytest.mark.parametrize("junk", ["junk", "a.b.c"])
@pytest.mark.parametrize("place", ["x-api-key", "api-key", "x-goog-api-key"])
def test_junk_in_one_place_does_not_spoil_a_good_token_in_another(gate: Gate, place: str, junk: str) -> None:
    assert gate.call("/orders/1", gate.issuer.token(), headers={place: junk}).status == 200


def test_a_key_parameter_of_the_services_own_is_left_alone(gate: Gate) -> None:
    answer = gate.call("/orders/1?key=colour&a=1", gate.issuer.token())
    assert answer.json["path"] == "/1?key=colour&a=1"


def test_every_copy_of_the_parameter_is_cut_out(gate: Gate) -> None:
    token = gate.issuer.token()
    answer = gate.call(f"/orders/1?key={token}&a=1&key={token}")
    assert answer.status == 200
    assert token not in answer.body.decode()


def test_the_challenge_and_the_body_do_not_repeat_the_url(gate: Gate) -> None:
    token = gate.issuer.token(aud="https://elsewhere.example")
    for path in ("/orders/1", "/v1/models", "/v1/messages", "/nothing"):
        answer = gate.call(f"{path}?key={token}")
        assert token not in str(answer.headers) + answer.body.decode()
        assert "key=ey" not in str(answer.headers)


def test_cookies_go_on(gate: Gate) -> None:
    answer = gate.call("/orders/1", gate.issuer.token(), headers={"cookie": "session=1"})
    assert answer.json["headers"]["cookie"] == "session=1"


def test_a_public_upstream_keeps_credentials_of_its_own(gate: Gate) -> None:
    answer = gate.call("/open/1", headers={"authorization": "Basic dTpw", "x-api-key": "of-the-upstream"})
    assert answer.json["headers"]["authorization"] == "Basic dTpw"
    assert answer.json["headers"]["x-api-key"] == "of-the-upstream"


def test_control_sees_the_token_since_it_checks_for_itself(gate: Gate) -> None:
    token = gate.issuer.token()
    assert gate.call("/api/v1/teams", token).json["headers"]["authorization"] == f"Bearer {token}"
