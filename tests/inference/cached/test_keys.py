"""Which calls share an answer."""

import base64
import json

from passgate.contracts.cached_route import CachedRoute
from passgate.inference.cached.fields import Fields
from passgate.inference.cached.kept_answer import KeptAnswer, read_stored, stored, stored_names
from passgate.inference.cached.keys import brings_credential, primary_key, varied_key, whose
from passgate.inference.policies.answer_cache import StoredAnswer

ROUTE = CachedRoute(cluster="service:a:b:c", scope="x")


def fields(**headers: str) -> Fields:
    return Fields((name.replace("_", "-").encode(), value.encode()) for name, value in headers.items())


def claims(**said: object) -> str:
    whole = {"sub": "ada", "client_id": "app", "jti": "1", "iat": 1, "exp": 2, **said}
    return base64.urlsafe_b64encode(json.dumps(whole).encode()).decode().rstrip("=")


def sharing(route: CachedRoute = ROUTE, application: str = "", **headers: str) -> list[str]:
    return whose(route, fields(**headers), application)


def test_callers_whose_tokens_say_the_same_share() -> None:
    one = sharing(x_passgate_claims=claims())
    assert sharing(x_passgate_claims=claims(jti="2", iat=5, exp=6)) == one
    for other in (claims(sub="bob"), claims(client_id="other"), claims(scope="read"), "no claims"):
        assert sharing(x_passgate_claims=other) != one
    assert sharing(x_passgate_foreign_claims=claims()) != one
    assert sharing(x_passgate_claims=claims(), cookie="a=b") != one
    assert sharing(x_passgate_claims=claims(), authorization="a") != one
    fresh = ROUTE.model_copy(update={"token": "authorization"})
    assert sharing(fresh, x_passgate_claims=claims(), authorization="a") == sharing(
        fresh, x_passgate_claims=claims(), authorization="b"
    )


def test_wider_sharing_looks_at_what_the_upstream_is_told_in_headers() -> None:
    of_all = ROUTE.model_copy(update={"per": "service", "told": ("x-user",)})
    assert sharing(of_all, "app", x_passgate_claims=claims()) == sharing(of_all, "other")
    assert sharing(of_all, x_user="ada") != sharing(of_all, x_user="bob")
    of_app = ROUTE.model_copy(update={"per": "application"})
    assert sharing(of_app, "app", x_passgate_claims=claims()) == sharing(of_app, "app")
    assert sharing(of_app, "app") != sharing(of_app, "other")
    assert not brings_credential(of_all, fields(x_user="ada"))
    assert brings_credential(of_all, fields(cookie="a=b"))
    assert brings_credential(of_all.model_copy(update={"token": "x-t"}), fields())


def test_all_that_an_answer_depends_on_is_in_the_key() -> None:
    one = primary_key(ROUTE, "a.example", "/x?y=1", ["caller"])
    assert primary_key(ROUTE, "A.example", "/x?y=1", ["caller"]) == one
    others = [
        primary_key(ROUTE.model_copy(update={"cluster": "service:a:new:c"}), "a.example", "/x?y=1", ["caller"]),
        primary_key(ROUTE.model_copy(update={"scope": "y"}), "a.example", "/x?y=1", ["caller"]),
        primary_key(ROUTE, "b.example", "/x?y=1", ["caller"]),
        primary_key(ROUTE, "a.example", "/x?y=2", ["caller"]),
        primary_key(ROUTE, "a.example", "/x?y=1", ["service"]),
        varied_key(one, ["accept"], fields(accept="a")),
        varied_key(one, ["accept"], fields(accept="b")),
        varied_key(one, ["accept"], fields()),
        varied_key(one, ["accept", "x"], fields(accept="a")),
    ]
    assert len({one, *others}) == 10
    two_lines = Fields([(b"accept", b"a"), (b"accept", b" b")])
    assert varied_key(one, ["accept"], two_lines) == varied_key(one, ["accept"], fields(accept="a, b"))


def test_an_answer_comes_back_from_the_store_as_it_was() -> None:
    answer = KeptAnswer(200, ((b"x", b"\xe9"), (b"x", b"2")), b"a\nb\x00", 1.5, 9.0, is_open=True)
    assert read_stored(stored(answer)) == answer
    assert read_stored(stored_names(("accept", "x"))) == ("accept", "x")
    assert read_stored(None) is None
    assert read_stored(StoredAnswer(b"http", b"[1]\n", None, b"")) is None


def test_the_gates_word_is_a_header() -> None:
    route = ROUTE.model_copy(update={"host": "ä\n.example", "told": ("x-a",)})
    assert route.header().isascii()
    assert route.header().isprintable()
    assert CachedRoute.model_validate_json(route.header()) == route
