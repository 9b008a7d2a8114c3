"""What holds of services with an MCP server behind them."""

from collections.abc import Iterable

from passgate.contracts.service_policy import AnyPolicy
from passgate.kernel.errors import InvalidInputError
from passgate.publishing.definition import RevisionDefinition

_OF_HTTP_ALONE = frozenset(
    {"request_headers", "query", "validation", "response_cache", "claim_headers", "upstream_token", "cors"}
)
"""Kinds that change or judge a call on its way to an upstream: a server gets a message that the gate writes itself."""


def check_server_definition(definition: RevisionDefinition) -> None:
    """Refuse what has no meaning for a server.

    Raises:
        InvalidInputError: names the field and the rule.
    """
    if definition.routes:
        raise InvalidInputError("An MCP server's routes are its tools; they are not given.", field="routes")
    if definition.document is not None or definition.mock:
        rule = "An MCP server has no OpenAPI document and no mock."
        raise InvalidInputError(rule, field="document" if definition.document is not None else "mock")
    if definition.mirror_pool is not None:
        raise InvalidInputError("Calls of an MCP server are not mirrored.", field="mirror_pool")
    if len(definition.pools) > 1:
        raise InvalidInputError("An MCP server has one pool.", field="pools")
    for pool in definition.pools:
        if len(pool.endpoints) > 1:
            rule = "An MCP server has one address: its sessions live there. Put a balancer before it that keeps them."
            raise InvalidInputError(rule, field="pools.0.endpoints")
        if pool.protocol == "grpc":
            raise InvalidInputError("An MCP server speaks HTTP, not gRPC.", field="pools.0.protocol")
        if pool.tls is not None and pool.tls.client_certificate_pem is not None:
            rule = "An MCP server takes a credential in a header here, not a client certificate."
            raise InvalidInputError(rule, field="pools.0.tls.client_certificate_pem")
    check_server_policies(definition.policies)


def check_server_policies(policies: Iterable[AnyPolicy]) -> None:
    """Refuse policies that could not be kept.

    Raises:
        InvalidInputError: names the policy.
    """
    for at, policy in enumerate(policies):
        if policy.kind in _OF_HTTP_ALONE:
            rule = f"A policy of the kind {policy.kind} does not reach an MCP server: the gate writes its messages."
            raise InvalidInputError(rule, field=f"policies.{at}")
