"""Services with versions for the tests, each on an echo upstream, and public unless a test says otherwise."""

from typing import TYPE_CHECKING, Any

from passgate.contracts.gateway_snapshot import GatewaySnapshot
from passgate.contracts.published_service import (
    PublishedRevision,
    PublishedRoute,
    PublishedService,
    PublishedVersion,
)
from passgate.contracts.service_policy import AccessPolicy
from passgate.contracts.upstream_pool import PoolEndpoint, UpstreamPool

if TYPE_CHECKING:
    from wire.rig import Gate

PUBLIC = AccessPolicy(who="public")
TOKEN = AccessPolicy(who="token")


def pool(port: int, **changes: Any) -> UpstreamPool:
    return UpstreamPool(**{"endpoints": (PoolEndpoint(host="127.0.0.1", port=port),), **changes})


def revision(id_: str, *pools: UpstreamPool, routes: tuple[PublishedRoute, ...] = (), **changes: Any) -> Any:
    return PublishedRevision(id=id_, number=1, pools=pools, routes=routes, **changes)


def route(id_: str, path: str, *methods: str, **changes: Any) -> PublishedRoute:
    return PublishedRoute(id=id_, path=path, methods=methods, **changes)


def version(name: str, *revisions: PublishedRevision, **changes: Any) -> PublishedVersion:
    return PublishedVersion(**{"id": f"ver_{name}", "name": name, "revisions": revisions, **changes})


def service(base_path: str, *versions: PublishedVersion, **changes: Any) -> PublishedService:
    name = base_path.strip("/").replace("/", "_") or "own_host"
    default = versions[0].name if len(versions) == 1 else None
    known = {"id": f"svc_{name}", "name": name, "team_id": "team_1", "policies": (PUBLIC,), "default_version": default}
    return PublishedService(**{**known, "base_path": base_path, "versions": versions, **changes})


def simple(gate: "Gate", base_path: str = "/orders", *policies: Any, **changes: Any) -> PublishedService:
    """One version, one revision, all paths."""
    of_revision = {name: changes.pop(name) for name in list(changes) if name in PublishedRevision.model_fields}
    only = revision("rev_1", *of_revision.pop("pools", (pool(gate.rest.port),)), **of_revision)
    return service(base_path, version("v1", only), policies=policies or (PUBLIC,), **changes)


def with_published(gate: "Gate", *services: PublishedService, **changes: Any) -> GatewaySnapshot:
    """The snapshot, with app_one subscribed to all."""
    subscribed = tuple((one.id, "app_one") for one in services)
    more = {"trusted_issuers": changes.pop("issuers", ())}
    more |= {name: changes.pop(name) for name in ("subscriptions", "own_rates") if name in changes}
    return gate.snapshot(*services, **{"subscribed": subscribed, **changes}).model_copy(update=more)


def publish(gate: "Gate", *services: PublishedService, **changes: Any) -> None:
    outcome = gate.publish(with_published(gate, *services, **changes))
    assert outcome.kind == "applied", outcome
