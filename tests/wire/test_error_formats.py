"""The gate's own refusals come in the format that the caller knows."""

import time
from typing import Any

import pytest

from passgate.contracts.upstream_pool import PoolEndpoint
from wire.rig import Gate


def _openai(body: Any) -> tuple[str, str, str]:
    error = body["error"]
    assert error["param"] is None
    return error["code"], error["message"], error["request_id"]


def _anthropic(body: Any) -> tuple[str, str, str]:
    assert body["type"] == "error"
    return body["error"]["code"], body["error"]["message"], body["request_id"]


def _gemini(body: Any) -> tuple[str, str, str]:
    info = body["error"]["details"][0]
    return info["reason"], body["error"]["message"], info["metadata"]["request_id"]


def _problem(body: Any) -> tuple[str, str, str]:
    assert set(body) == {"type", "title", "status", "detail", "code", "request_id"}
    return body["code"], body["detail"], body["request_id"]


READ = {"openai": _openai, "anthropic": _anthropic, "gemini": _gemini, "problem": _problem}


@pytest.mark.parametrize(
    ("path", "headers", "form"),
    [
        ("/v1/chat/completions", {}, "openai"),
        ("/v1/models", {}, "openai"),
        ("/v1/messages", {}, "anthropic"),
        ("/v1/messages/count_tokens", {}, "anthropic"),
        ("/v1/models", {"anthropic-version": "2023-06-01"}, "anthropic"),
        ("/providers/openai/v1/files", {}, "openai"),
        ("/providers/claude/v1/messages", {"anthropic-version": "2023-06-01"}, "anthropic"),
        ("/providers/gemini/v1beta/files", {"x-goog-api-client": "x"}, "gemini"),
        ("/orders/1", {}, "problem"),
        ("/orders/v1/messages", {}, "problem"),
    ],
)
def test_each_caller_reads_its_own_format(gate: Gate, path: str, headers: dict[str, str], form: str) -> None:
    tokens = {
        "token_missing": None,
        "token_expired": gate.issuer.token(exp=int(time.time()) - 60),
        "token_wrong_audience": gate.issuer.token(aud="x"),
        "token_invalid": gate.issuer.token(jti=None),
    }
    for wanted, token in tokens.items():
        answer = gate.call(path, token, headers=headers)
        code, message, request_id = READ[form](answer.json)
        assert (answer.status, code) == (401, wanted)
        assert message.endswith((".", "?key=."))
        assert request_id == answer.headers["x-request-id"]
        kind = "application/problem+json" if form == "problem" else "application/json"
        assert answer.headers["content-type"] == kind


def test_a_gemini_path_without_a_token_answers_as_gemini_does(gate: Gate) -> None:
    answer = gate.call("/v1beta/models")
    assert (answer.status, _gemini(answer.json)[0]) == (401, "token_missing")


@pytest.mark.parametrize(
    ("path", "form"), [("/orders/1", "problem"), ("/v1/x", "openai"), ("/v1/messages", "anthropic")]
)
@pytest.mark.parametrize("size", [16 * 1024, 120 * 1024])
def test_an_oversized_token_is_431(gate: Gate, path: str, form: str, size: int) -> None:
    token = gate.issuer.token()[:-8] + "x" * size
    for answer in (gate.call(path, token), gate.call(f"{path}?key={token}")):
        code, _, request_id = READ[form](answer.json)
        assert (answer.status, code) == (431, "headers_too_large")
        assert request_id == answer.headers["x-request-id"]


def test_headers_beyond_the_codecs_limit_are_431_before_the_path_is_known(gate: Gate) -> None:
    answer = gate.call("/v1/x", "x" * 300_000)
    assert (answer.status, answer.json["code"], answer.json["request_id"]) == (431, "headers_too_large", None)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_request_that_is_no_acceptable_http_is_400_with_the_reason(gate: Gate) -> None:
    answer = gate.call("/v1/a%2fb")
    assert (answer.status, answer.json["error"]["code"]) == (400, "bad_request")
    assert "path_normalization_failed" in answer.json["error"]["message"]


def test_a_large_body_is_no_large_header(gate: Gate) -> None:
    answer = gate.call("/orders/1", gate.issuer.token(), method="POST", body=b"x" * 3_000_000)
    assert answer.json["body_bytes"] == 3_000_000


def test_an_upstream_that_hangs_up_is_502(gate: Gate) -> None:
    answer = gate.call("/orders/drop", gate.issuer.token())
    assert (answer.status, answer.json["code"]) == (502, "upstream_reset")


def test_an_upstream_that_is_gone_or_unresolvable_is_503(own_gate: Gate) -> None:
    gone = own_gate.service("/gone", access="public", endpoints=(PoolEndpoint(host="127.0.0.1", port=1),))
    unknown = PoolEndpoint(host="no.such.host.invalid", port=80)
    nameless = own_gate.service("/nameless", access="public", endpoints=(unknown,))
    own_gate.publish(own_gate.snapshot(gone, nameless))
    for path in ("/gone/v1/messages", "/nameless/1"):
        answer = own_gate.call(path)
        assert (answer.status, answer.json["code"]) == (503, "upstream_unreachable")


def test_a_slow_upstream_is_504(own_gate: Gate) -> None:
    own_gate.publish(own_gate.snapshot(own_gate.service("/slow", access="public", total_ms=100)))
    answer = own_gate.call("/slow/silent")
    assert (answer.status, answer.json["code"]) == (504, "upstream_timeout")


def test_a_rewritten_path_does_not_change_the_format(own_gate: Gate) -> None:
    """After the rewrite the path is /v1/messages/drop; the caller is none of Anthropic's all the same."""
    own_gate.publish(own_gate.snapshot(own_gate.service("/shop", access="public")))
    assert own_gate.call("/shop/v1/messages/drop").headers["content-type"] == "application/problem+json"


def test_an_upstreams_own_error_passes_untouched(own_gate: Gate) -> None:
    own_gate.publish(own_gate.snapshot(own_gate.service("/open", access="public")))
    answer = own_gate.call("/open/socket")
    assert (answer.status, answer.body) == (426, b"")
