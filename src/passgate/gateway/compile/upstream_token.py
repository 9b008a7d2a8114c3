"""Where the upstream finds the token that a worker has made for it."""

from passgate.contracts.service_policy import UpstreamTokenPolicy
from passgate.gateway.compile.route_policies import RoutePolicies
from passgate.gateway.envoy import names
from passgate.gateway.envoy.names import JsonObject


def token_for_upstream(policies: RoutePolicies) -> tuple[str, JsonObject] | None:
    """The header that bears the token, and how it is put on; None: no policy asks for one."""
    token = policies.get("upstream_token", UpstreamTokenPolicy)
    if token is None:
        return None
    scheme = "Bearer " if token.header == "authorization" else ""
    value = f"{scheme}%REQ({names.UPSTREAM_TOKEN_HEADER})%"
    return token.header, {
        "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
        "header": {"key": token.header, "value": value},
    }
