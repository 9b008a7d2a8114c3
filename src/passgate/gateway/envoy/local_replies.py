"""Envoy's own answers, in the caller's format: the matrix of refusals and formats."""

from collections.abc import Sequence

from passgate.gateway.envoy.error_formats import ERROR_FORMATS, ErrorFormat
from passgate.gateway.envoy.names import JsonObject, type_url
from passgate.gateway.envoy.refusals import REFUSALS, Refusal

_REALM = 'Bearer realm="passgate"'


def local_reply_config(public_url: str | None = None, formats: Sequence[ErrorFormat] = ERROR_FORMATS) -> JsonObject:
    """One mapper for each format and refusal; answers of upstreams pass untouched.

    Args:
        public_url: under which the world reaches the gate; None: by what it says itself.
        formats: that callers may be of.
    """
    site = public_url or "%REQ(X-FORWARDED-PROTO)%://%REQ(:AUTHORITY)%"
    mappers = [_mapper(form, refusal, site) for form in formats for refusal in REFUSALS]
    return {"mappers": [*_own_statuses(), *mappers]}


def _own_statuses() -> list[JsonObject]:
    """Answers whose status is not ours to choose: a worker's refusal, with its own body, and a fault on purpose."""
    fault = {
        "type": "about:blank",
        "title": "Fault on purpose",
        "status": "%RESPONSE_CODE%",
        "detail": "A policy of the service makes this call fail.",
        "code": "fault_injected",
        "request_id": "%REQ(X-REQUEST-ID)%",
    }
    as_it_is: JsonObject = {"text_format_source": {"inline_string": "%LOCAL_REPLY_BODY%"}}
    problem = {"content_type": "application/problem+json"}
    return [
        {"filter": _expression(_begins("ext_authz_denied")), "body_format_override": {**as_it_is, **problem}},
        {
            "filter": _expression(_begins("fault_filter_abort")),
            "body_format_override": {"json_format": fault, **problem},
        },
    ]


def _mapper(form: ErrorFormat, refusal: Refusal, site: str) -> JsonObject:
    mapper: JsonObject = {
        "filter": _all_of([*form.filters, *_recognised(refusal)]),
        "status_code": refusal.status,
        "body_format_override": {"content_type": form.content_type, "json_format": form.body(refusal)},
    }
    if refusal.challenge != "none":
        # Envoy's own challenge repeats the whole URL, the token of ?key= included.
        resource = f', resource_metadata="{site}{form.resource_path}"' if form.resource_path is not None else ""
        header = {"key": "www-authenticate", "value": _challenge(refusal) + resource}
        mapper["headers_to_add"] = [{"append_action": "OVERWRITE_IF_EXISTS_OR_ADD", "header": header}]
    return mapper


def _challenge(refusal: Refusal) -> str:
    if refusal.challenge == "bare":
        return _REALM
    scope = f', scope="{refusal.scope}"' if refusal.scope is not None else ""
    return f'{_REALM}, error="{refusal.challenge}"{scope}, error_description="{refusal.message}"'


def _recognised(refusal: Refusal) -> list[JsonObject]:
    if refusal.statuses is not None:
        low, high = refusal.statuses
        return [_status("GE", low), _status("LE", high)]
    if refusal.route is not None:
        return [_expression(f'xds.route_name.startsWith("{refusal.route}")')]
    expression = " || ".join(_begins(beginning) for beginning in refusal.details)
    if refusal.larger_than is not None:
        expression = f"({expression}) && request.total_size > {refusal.larger_than}"
    return [_expression(expression)]


def _begins(beginning: str) -> str:
    return f'response.code_details.startsWith("{beginning}")'


def _expression(expression: str) -> JsonObject:
    url = type_url("envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter")
    return {"extension_filter": {"name": "cel", "typed_config": {"@type": url, "expression": expression}}}


def _status(operator: str, status: int) -> JsonObject:
    value = {"default_value": status, "runtime_key": "passgate.unused"}
    return {"status_code_filter": {"comparison": {"op": operator, "value": value}}}


def _all_of(filters: list[JsonObject]) -> JsonObject:
    return filters[0] if len(filters) == 1 else {"and_filter": {"filters": filters}}
