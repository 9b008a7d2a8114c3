"""What a revision says: its routes, upstreams and policies, and how it answers."""

import hashlib
import json
from typing import Any

from passgate.contracts.frozen import Contract
from passgate.contracts.prompt import PromptDefinition
from passgate.contracts.published_service import PublishedRoute
from passgate.contracts.service_policy import AnyPolicy
from passgate.contracts.upstream_pool import UpstreamPool

SECRET_PREFIX = "secret:"  # noqa: S105 - what stands before an id
"""A stored definition holds ``secret:<id>`` where the contract has what is sealed, so that a secret is kept once."""


class RevisionDefinition(Contract):
    """All of a revision; as JSON in the column ``service_revisions.definition``."""

    routes: tuple[PublishedRoute, ...] = ()
    """Empty: all paths below the base path."""
    pools: tuple[UpstreamPool, ...] = ()
    """The first is the one that routes go to which name none."""
    policies: tuple[AnyPolicy, ...] = ()
    mock: bool = False
    """Answered from the document's examples and schemas instead of an upstream."""
    mirror_pool: str | None = None
    document: str | None = None
    """SHA-256 of the OpenAPI document, in hexadecimal: the one that is shown, mocked and validated against."""
    prompt: PromptDefinition | None = None
    """Of a service of kind ``prompt``."""

    def stored(self) -> dict[str, Any]:
        """As the column has it."""
        return self.model_dump(mode="json")


def digest_of(stored: dict[str, Any]) -> str:
    """SHA-256 of a stored definition, in hexadecimal."""
    return hashlib.sha256(json.dumps(stored, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def secret_ids(definition: RevisionDefinition) -> set[str]:
    """The secrets that it names."""
    found = {credential.sealed_value for pool in definition.pools for credential in pool.credentials}
    found |= {pool.tls.sealed_client_key for pool in definition.pools if pool.tls and pool.tls.sealed_client_key}
    return {value.removeprefix(SECRET_PREFIX) for value in found}
