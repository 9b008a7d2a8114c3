"""The policies of a service as a list of rows' JSON."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter

from passgate.contracts.service_policy import Access, AccessPolicy, AnyPolicy

_POLICIES: TypeAdapter[tuple[AnyPolicy, ...]] = TypeAdapter(tuple[AnyPolicy, ...])


def policies_of(stored: Iterable[Mapping[str, Any]]) -> tuple[AnyPolicy, ...]:
    """The policies of a row."""
    return _POLICIES.validate_python(tuple(stored))


def policies_as_given(policies: Iterable[AnyPolicy]) -> list[dict[str, Any]]:
    """As the row has them."""
    return [policy.model_dump(mode="json") for policy in policies]


def with_access(policies: Iterable[AnyPolicy | Mapping[str, Any]], access: Access | None) -> tuple[AnyPolicy, ...]:
    """The policies with who may call; None: as they say it."""
    found = _POLICIES.validate_python(tuple(policies))
    if access is None:
        return found
    rules = [policy for policy in found if isinstance(policy, AccessPolicy) and not policy.routes]
    if not rules:
        return (AccessPolicy(who=access), *found)
    return tuple(rules[0].model_copy(update={"who": access}) if policy is rules[0] else policy for policy in found)


def service_access(policies: Iterable[AnyPolicy]) -> Access:
    """Who may call, where a revision or route says nothing else."""
    rules = (policy for policy in policies if isinstance(policy, AccessPolicy) and not policy.routes)
    return next((policy.who for policy in rules), "subscription")
