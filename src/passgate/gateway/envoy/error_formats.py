"""The formats that callers know errors in, and how Envoy tells which one a caller expects."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from passgate.gateway.envoy import names
from passgate.gateway.envoy.names import JsonObject, type_url
from passgate.gateway.envoy.refusals import Refusal

_REQUEST_ID = "%REQ(X-REQUEST-ID)%"
"""Null for a request so broken that Envoy refuses it before it gives it an id."""


@dataclass(frozen=True, slots=True)
class ErrorFormat:
    """One vendor's form of an error.

    Attributes:
        name: for people.
        filters: Envoy access log filters that all must hold; none: every caller.
        body: the JSON body of a refusal, with Envoy's formatting commands in it.
        content_type: of the body.
        resource_path: where the metadata of the protected resource is (RFC 9728), with formatting commands; None: there
            is none.
    """

    name: str
    filters: tuple[JsonObject, ...]
    body: Callable[[Refusal], JsonObject]
    content_type: str = "application/json"
    resource_path: str | None = None


def _anthropic(refusal: Refusal) -> JsonObject:
    """https://docs.anthropic.com/en/api/errors."""
    kinds = {
        401: "authentication_error",
        403: "permission_error",
        404: "not_found_error",
        413: "request_too_large",
        503: "overloaded_error",
        504: "timeout_error",
    }
    kind = kinds.get(refusal.status, "invalid_request_error" if refusal.status < 500 else "api_error")  # noqa: PLR2004  # the first of HTTP's server errors
    return {
        "type": "error",
        "error": {"type": kind, "message": refusal.message, "code": refusal.code},
        "request_id": _REQUEST_ID,
    }


def _openai(refusal: Refusal) -> JsonObject:
    """https://platform.openai.com/docs/guides/error-codes."""
    kinds = {401: "authentication_error", 403: "permission_error"}
    kind = kinds.get(refusal.status, "invalid_request_error" if refusal.status < 500 else "server_error")  # noqa: PLR2004  # as above
    error = {"message": refusal.message, "type": kind, "param": None, "code": refusal.code}
    return {"error": {**error, "request_id": _REQUEST_ID}}


def _gemini(refusal: Refusal) -> JsonObject:
    """google.rpc.Status in JSON, https://ai.google.dev/gemini-api/docs/troubleshooting."""
    kinds = {
        400: "INVALID_ARGUMENT",
        401: "UNAUTHENTICATED",
        403: "PERMISSION_DENIED",
        404: "NOT_FOUND",
        500: "INTERNAL",
        502: "UNAVAILABLE",
        503: "UNAVAILABLE",
        504: "DEADLINE_EXCEEDED",
    }
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": refusal.code,
        "domain": "passgate",
        "metadata": {"request_id": _REQUEST_ID},
    }
    status = kinds.get(refusal.status, "FAILED_PRECONDITION")
    return {"error": {"code": refusal.status, "message": refusal.message, "status": status, "details": [info]}}


def _problem(refusal: Refusal) -> JsonObject:
    """RFC 9457."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(refusal.status).phrase,
        "status": refusal.status,
        "detail": refusal.message,
        "code": refusal.code,
        "request_id": _REQUEST_ID,
    }


def _mcp_problem(refusal: Refusal) -> JsonObject:
    """The same; MCP knows one place for a token (its specification, "Authorization", section "Token Requirements")."""
    told = _problem(refusal)
    if refusal.code == "token_missing":
        told["detail"] = "No token came with the call: send it as Authorization: Bearer."
    return told


def _header(name: str, **match: object) -> JsonObject:
    return {"header_filter": {"header": {"name": name, **match}}}


def _path(*prefixes: str) -> tuple[JsonObject, ...]:
    """The path as the caller sent it: one that a service's route rewrote may only look like an AI path."""
    rewritten = _header("x-envoy-original-path", present_match=True, invert_match=True)
    begins: JsonObject = {"safe_regex": {"regex": f"({'|'.join(prefixes)}).*"}}
    return (_header(":path", string_match={"prefix": prefixes[0]} if len(prefixes) == 1 else begins), rewritten)


def _route(name: str) -> JsonObject:
    url = type_url("envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter")
    expression = {"@type": url, "expression": f'xds.route_name == "{name}"'}
    return {"extension_filter": {"name": "cel", "typed_config": expression}}


_ANY_FORMAT = ("/v1/", "/providers/")
"""Paths on which clients of several vendors call; their own headers tell them apart."""
ERROR_FORMATS: tuple[ErrorFormat, ...] = (
    ErrorFormat("anthropic", _path("/v1/messages"), _anthropic),
    ErrorFormat("anthropic", (*_path(*_ANY_FORMAT), _header("anthropic-version", present_match=True)), _anthropic),
    ErrorFormat("gemini", (*_path(*_ANY_FORMAT), _header("x-goog-api-client", present_match=True)), _gemini),
    ErrorFormat("openai", _path(*_ANY_FORMAT, "/v2/rerank"), _openai),
    ErrorFormat("gemini", _path("/v1beta/"), _gemini),
    ErrorFormat(
        "mcp",
        (_route(names.MCP_ROUTE),),
        _mcp_problem,
        "application/problem+json",
        "/.well-known/oauth-protected-resource%PATH(NQ:ORIG_OR_PATH)%",
    ),
    ErrorFormat("problem", (), _problem, "application/problem+json"),
)
"""First match wins; the last one takes every caller. Few, since Envoy holds each with every refusal."""
SERVICE_FORMATS = ERROR_FORMATS[-1:]
"""What calls of services meet, and nothing else does."""
