"""The limit ``services`` inside a token: it may call those services alone.

One fixed filter for all tokens and services: what a token is limited to stands in its claim, and which service a route
leads to stands in the route's metadata. Nothing has to be published when a token is issued.
"""

import itertools
from collections.abc import Iterator

from passgate.gateway.envoy import names
from passgate.gateway.envoy.names import JsonObject

CLAIM = "services"


def token_services_filter() -> JsonObject:
    """Lets a call pass whose token has no such claim, whose route leads to no service, or whose service is listed.

    It allows and does not deny: where the expression cannot be judged (a claim that is no list), nothing passes.
    """
    policies = {
        "not_limited": _policy({"not_id": _has_claim()}),
        "no_service": _policy({"not_id": _has_service()}),
        "service_listed": {**_policy({"any": True}), "condition": _service_is_listed()},
    }
    return {"@type": names.RBAC, "rules": {"action": "ALLOW", "policies": policies}}


def _policy(principal: JsonObject) -> JsonObject:
    return {"permissions": [{"any": True}], "principals": [principal]}


def _has_claim() -> JsonObject:
    path = [{"key": names.PAYLOAD_KEY}, {"key": CLAIM}]
    return _present(names.JWT_NAMESPACE, path, "DYNAMIC")


def _has_service() -> JsonObject:
    return _present(names.METADATA_NAMESPACE, [{"key": names.SERVICE_KEY}], "ROUTE")


def _present(namespace: str, path: list[JsonObject], source: str) -> JsonObject:
    matcher = {"filter": namespace, "path": path, "value": {"present_match": True}}
    return {"sourced_metadata": {"metadata_matcher": matcher, "metadata_source": source}}


def _service_is_listed() -> JsonObject:
    """The route's ``filter_metadata["passgate"]["service_id"]`` in the token's claim ``services``.

    RBAC takes expressions as syntax trees only.
    """
    ids = itertools.count(1)
    route = _field(ids, _field(ids, _name(ids, "xds"), "route_metadata"), "filter_metadata")
    service = _item(ids, _item(ids, route, names.METADATA_NAMESPACE), names.SERVICE_KEY)
    token = _item(ids, _field(ids, _name(ids, "metadata"), "filter_metadata"), names.JWT_NAMESPACE)
    listed = _item(ids, _item(ids, token, names.PAYLOAD_KEY), CLAIM)
    return {"id": next(ids), "call_expr": {"function": "@in", "args": [service, listed]}}


def _name(ids: Iterator[int], name: str) -> JsonObject:
    return {"id": next(ids), "ident_expr": {"name": name}}


def _field(ids: Iterator[int], operand: JsonObject, field: str) -> JsonObject:
    return {"id": next(ids), "select_expr": {"operand": operand, "field": field}}


def _item(ids: Iterator[int], operand: JsonObject, key: str) -> JsonObject:
    index = {"id": next(ids), "const_expr": {"string_value": key}}
    return {"id": next(ids), "call_expr": {"function": "_[_]", "args": [operand, index]}}
