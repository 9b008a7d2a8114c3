"""Policies that are a filter of Envoy's, switched on by the routes that have them."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from urllib.parse import quote

from passgate.contracts.service_policy import (
    AddressPolicy,
    BodyPolicy,
    CompressionPolicy,
    CorsPolicy,
    FaultPolicy,
    QueryPolicy,
    UpstreamTokenPolicy,
    ValidationPolicy,
)
from passgate.gateway.compile.route_policies import RoutePolicies
from passgate.gateway.envoy import names
from passgate.gateway.envoy.changing_calls import SCRIPT_NAME, about, changing_script
from passgate.gateway.envoy.names import JsonObject, type_url
from passgate.gateway.envoy.query_changes import query_script
from passgate.gateway.envoy.switched_filters import asked_worker

_FILTERS = "envoy.extensions.filters.http"


@dataclass(frozen=True, slots=True)
class CallOwner:
    """What a route belongs to."""

    service_id: str
    revision_id: str
    route_id: str
    base: str
    may_change: bool = False
    """Whether calls by unsafe methods take away what is kept of their path."""


def switched_on(policies: RoutePolicies, owner: CallOwner) -> JsonObject:
    """The filters' configurations for a route."""
    return dict(_switched_on(policies, owner))


def entry_filters(policies: RoutePolicies) -> Iterator[tuple[str, JsonObject]]:
    """What is asked before anybody looks for a token, of a browser's preflight too: where it comes from."""
    address = policies.get("address", AddressPolicy)
    if address is not None:
        yield names.ADDRESS_FILTER, _address(address)
    cors = policies.get("cors", CorsPolicy)
    if cors is not None:
        yield names.CORS_FILTER, _cors(cors)


def _cors(policy: CorsPolicy) -> JsonObject:
    """What pages may call. A preflight of others is answered here, and never reaches an upstream."""
    origins = [{"safe_regex": {"regex": ".*"}} if one == "*" else {"exact": one} for one in policy.origins]
    return {
        "@type": type_url(f"{_FILTERS}.cors.v3.CorsPolicy"),
        "allow_origin_string_match": origins,
        "allow_methods": ",".join(policy.methods),
        "allow_headers": ",".join(policy.headers),
        "expose_headers": ",".join(policy.exposed),
        "max_age": str(policy.max_age_seconds),
        "allow_credentials": policy.credentials,
        "forward_not_matching_preflights": False,
    }


def _switched_on(policies: RoutePolicies, owner: CallOwner) -> Iterator[tuple[str, JsonObject]]:
    yield from entry_filters(policies)
    body = policies.get("body_size", BodyPolicy)
    if body is not None:
        url = type_url(f"{_FILTERS}.buffer.v3.BufferPerRoute")
        yield names.BODY_SIZE_FILTER, {"@type": url, "buffer": {"max_request_bytes": max(1, body.max_bytes)}}
    validation = policies.get("validation", ValidationPolicy)
    if validation is not None:
        buffered = {"max_request_bytes": max(1, validation.max_bytes), "pack_as_bytes": True}
        path = f"{names.VALIDATION_PATH}/{owner.revision_id}/{owner.route_id or '-'}/{len(owner.base)}"
        yield names.VALIDATION_FILTER, _asking(path, with_request_body=buffered)
    script = _script(policies.get("query", QueryPolicy), owner)
    if script is not None:
        yield names.REQUEST_FILTER, script
    token = policies.get("upstream_token", UpstreamTokenPolicy)
    if token is not None:
        audience = base64.urlsafe_b64encode(token.audience.encode()).decode().rstrip("=")
        path = f"{names.UPSTREAM_TOKEN_PATH}/{token.lifetime_seconds}/{audience}"
        yield names.UPSTREAM_TOKEN_FILTER, _asking(path)
    fault = policies.get("fault", FaultPolicy)
    if fault is not None and (fault.abort_status is not None or fault.delay_ms):
        yield names.FAULT_FILTER, _fault(fault)
    if policies.get("compression", CompressionPolicy) is not None:
        overrides: JsonObject = {"overrides": {"response_direction_config": {}}}
        for name in (names.BROTLI_FILTER, names.GZIP_FILTER):
            yield name, {"@type": type_url(f"{_FILTERS}.compressor.v3.CompressorPerRoute"), **overrides}


def _address(policy: AddressPolicy) -> JsonObject:
    refused = [_block(block) for block in policy.deny]
    if policy.allow:
        refused.append({"not_id": {"or_ids": {"ids": [_block(block) for block in policy.allow]}}})
    principals = refused or [{"not_id": {"any": True}}]
    rule = {"permissions": [{"any": True}], "principals": principals}
    url = type_url(f"{_FILTERS}.rbac.v3.RBACPerRoute")
    return {"@type": url, "rbac": {"rules": {"action": "DENY", "policies": {"address_refused": rule}}}}


def _block(text: str) -> JsonObject:
    network = ip_network(text, strict=False)
    return {"remote_ip": {"address_prefix": str(network.network_address), "prefix_len": network.prefixlen}}


def _script(query: QueryPolicy | None, owner: CallOwner) -> JsonObject | None:
    """What is written in Lua: changes of the query, and that workers hear of changes."""
    url = type_url(f"{_FILTERS}.lua.v3.LuaPerRoute")
    if not owner.may_change:
        return {"@type": url, "source_code": {"inline_string": _query(query)}} if query is not None else None
    context = {"filter_context": about(owner.service_id)}
    if query is None:
        return {"@type": url, "name": SCRIPT_NAME, **context}
    return {"@type": url, "source_code": {"inline_string": changing_script(_query(query))}, **context}


def _query(policy: QueryPolicy) -> str:
    put = [f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in policy.set.items()]
    return query_script([*policy.set, *policy.remove], put)


def _fault(policy: FaultPolicy) -> JsonObject:
    fault: JsonObject = {"@type": type_url(f"{_FILTERS}.fault.v3.HTTPFault")}
    if policy.abort_status is not None:
        fault["abort"] = {"http_status": policy.abort_status, "percentage": {"numerator": policy.abort_percent}}
    if policy.delay_ms:
        delay = f"{policy.delay_ms / 1000:.3f}s"
        fault["delay"] = {"fixed_delay": delay, "percentage": {"numerator": policy.delay_percent}}
    return fault


def _asking(path: str, **settings: object) -> JsonObject:
    url = type_url(f"{_FILTERS}.ext_authz.v3.ExtAuthzPerRoute")
    return {"@type": url, "check_settings": {"http_service": asked_worker(path), **settings}}
