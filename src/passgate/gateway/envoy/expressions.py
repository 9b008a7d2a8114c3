"""CEL expressions as syntax trees: Envoy's RBAC takes no other form of them."""

from passgate.gateway.envoy.names import JsonObject


def comparison(operator: str, left: JsonObject, right: JsonObject) -> JsonObject:
    """Such as ``left > right`` for ``_>_``; the ids of its parts are 1 to 3, its own is 4."""
    return {"id": 4, "call_expr": {"function": operator, "args": [left, right]}}


def select(root: str, field: str) -> JsonObject:
    """An attribute of a call, such as ``request.total_size``."""
    return {"id": 2, "select_expr": {"operand": {"id": 1, "ident_expr": {"name": root}}, "field": field}}


def integer(value: int) -> JsonObject:
    """A number of CEL's type ``int``."""
    return {"id": 3, "const_expr": {"int64_value": value}}
