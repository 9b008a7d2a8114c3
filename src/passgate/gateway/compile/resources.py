"""All resources of a snapshot, less the deny lists."""

from functools import partial

from passgate.contracts.gateway_snapshot import GatewaySnapshot
from passgate.contracts.published_service import PublishedService
from passgate.gateway.compile.checks import check_snapshot
from passgate.gateway.compile.clusters import control_cluster, workers_cluster
from passgate.gateway.compile.host_certificates import listener_certificates
from passgate.gateway.compile.jwt import jwt_filter
from passgate.gateway.compile.kept_parts import KeptParts
from passgate.gateway.compile.pool_secrets import Opener, service_secrets
from passgate.gateway.compile.pools import pool_clusters
from passgate.gateway.compile.routes import route_table
from passgate.gateway.compile.subscriptions import subscription_filter
from passgate.gateway.compile.token_rules import claims_filter, required_claims_filter
from passgate.gateway.compile.trusted_issuers import with_foreign_subscribers
from passgate.gateway.envoy import names
from passgate.gateway.envoy.layout import NodeLayout
from passgate.gateway.envoy.names import JsonObject

Resources = dict[str, dict[str, JsonObject]]
"""Type URL, then name, then the resource in its JSON form (without ``@type``)."""


def compile_resources(
    snapshot: GatewaySnapshot, layout: NodeLayout, open_: Opener, kept: KeptParts | None = None
) -> Resources:
    """What Envoy needs to serve the snapshot on this node.

    Args:
        snapshot: the state.
        layout: the node.
        open_: opens the sealed secrets of upstreams.
        kept: of earlier compilations for this node; saves time and changes nothing else.

    Raises:
        UncompilableError: the snapshot breaks a rule on which the gate's safety rests.
        PassgateError: a secret cannot be opened.
    """
    kept = kept or KeptParts()
    kept.begin()
    check_snapshot(snapshot, kept)
    clusters = [control_cluster(layout), workers_cluster(layout)]
    for service in snapshot.published:
        clusters += kept.part(("clusters", service.id), (service,), partial(_pools_of, service, layout))
    extensions = [
        jwt_filter(snapshot),
        claims_filter(snapshot),
        required_claims_filter(snapshot),
        with_foreign_subscribers(subscription_filter(snapshot), snapshot),
    ]
    resources: Resources = {
        names.CLUSTER: {cluster["name"]: cluster for cluster in clusters},
        names.EXTENSION: {extension["name"]: extension for extension in extensions},
        names.ROUTES: {names.ROUTE_TABLE: route_table(snapshot, layout, kept)},
    }
    secrets: list[JsonObject] = []
    for service in snapshot.published:
        secrets += kept.part(("secrets", service.id), (service,), partial(_secrets_of, service, open_))
    if layout.has_tls:
        secrets += listener_certificates(snapshot.published, layout, open_)
    if secrets:
        resources[names.SECRET] = {secret["name"]: secret for secret in secrets}
    return resources


def _pools_of(service: PublishedService, layout: NodeLayout) -> list[JsonObject]:
    revisions = [revision for version in service.versions for revision in version.revisions]
    return [cluster for revision in revisions for cluster in pool_clusters(service, revision, layout)]


def _secrets_of(service: PublishedService, open_: Opener) -> list[JsonObject]:
    return list(service_secrets(service, open_))
