"""A revision's pools as clusters."""

from passgate.contracts.published_service import PublishedRevision, PublishedService
from passgate.contracts.upstream_pool import HealthCheck, PassiveHealth, PoolEndpoint, UpstreamPool
from passgate.gateway.compile.host_names import host_header, is_address
from passgate.gateway.compile.pool_secrets import credential_secret
from passgate.gateway.compile.pool_tls import tls_socket
from passgate.gateway.envoy import names
from passgate.gateway.envoy.layout import NodeLayout
from passgate.gateway.envoy.names import JsonObject, type_url

_HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
_BALANCE = {
    "least_request": "LEAST_REQUEST",
    "round_robin": "ROUND_ROBIN",
    "random": "RANDOM",
    "hash": "MAGLEV",
}
_RETRIES = 100_000
_LONGEST_WAIT_MS = 1_000
"""A new cluster is acknowledged when its first checks of health are over, and until then no change goes live, of no
team. A check that may take longer than this is not waited for."""


def pool_clusters(service: PublishedService, revision: PublishedRevision, layout: NodeLayout) -> list[JsonObject]:
    """A cluster for each pool."""
    return [_cluster(names.pool_cluster(service.id, revision.id, pool.name), pool, layout) for pool in revision.pools]


def _cluster(name: str, pool: UpstreamPool, layout: NodeLayout) -> JsonObject:
    endpoints = [_endpoint(pool, one) for one in pool.endpoints]
    cluster: JsonObject = {
        "name": name,
        "connect_timeout": _duration(pool.connect_timeout_ms),
        "lb_policy": _BALANCE[pool.balance],
        "circuit_breakers": {"thresholds": [_circuit(pool)]},
        "outlier_detection": _outliers(pool.passive_health),
        "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": endpoints}]},
        "typed_extension_protocol_options": {_HTTP_OPTIONS: _protocol(name, pool)},
        **_discovery(pool),
    }
    if pool.balance == "hash":
        # The default table of 65,537 places takes half a megabyte a pool.
        cluster["maglev_lb_config"] = {"table_size": 1009}
    if pool.health is not None:
        cluster["health_checks"] = [_health(pool, pool.health)]
    if pool.tls is not None:
        cluster["transport_socket"] = tls_socket(name, pool, layout.ca_bundle)
    return cluster


def _endpoint(pool: UpstreamPool, endpoint: PoolEndpoint) -> JsonObject:
    address = {"socket_address": {"address": endpoint.host.strip("[]"), "port_value": endpoint.port}}
    hostname = host_header(pool, endpoint)
    return {"endpoint": {"address": address, "hostname": hostname}, "load_balancing_weight": endpoint.weight}


def _circuit(pool: UpstreamPool) -> JsonObject:
    return {
        "max_connections": pool.circuit.connections,
        "max_pending_requests": pool.circuit.pending,
        "max_requests": pool.circuit.requests,
        "max_retries": _RETRIES,
    }


def _outliers(passive: PassiveHealth) -> JsonObject:
    """An address that cannot be reached, or says 502 to 504, so often running rests; its own errors do not count."""
    return {
        "consecutive_5xx": 0,
        "enforcing_consecutive_5xx": 0,
        "enforcing_success_rate": 0,
        "consecutive_gateway_failure": passive.failures,
        "enforcing_consecutive_gateway_failure": 100,
        "base_ejection_time": _duration(passive.rest_ms),
        "max_ejection_time": _duration(max(60_000, passive.rest_ms)),
        "max_ejection_percent": passive.most_percent,
    }


def _health(pool: UpstreamPool, health: HealthCheck) -> JsonObject:
    http: JsonObject = {"path": health.path}
    if pool.host_header is not None:
        http["host"] = pool.host_header
    if pool.protocol != "http1":
        http["codec_client_type"] = "HTTP2"
    return {
        "timeout": _duration(health.timeout_ms),
        "interval": _duration(health.interval_ms),
        "no_traffic_interval": _duration(health.interval_ms),
        "healthy_threshold": health.healthy_after,
        "unhealthy_threshold": health.unhealthy_after,
        "http_health_check": http,
    }


def _discovery(pool: UpstreamPool) -> JsonObject:
    is_awaited = pool.health is None or pool.health.timeout_ms <= _LONGEST_WAIT_MS
    if is_awaited and all(is_address(endpoint.host) for endpoint in pool.endpoints):
        return {"type": "STATIC"}
    resolver = {} if is_awaited else {"typed_dns_resolver_config": _in_a_thread()}
    return {
        "type": "STRICT_DNS",
        "dns_lookup_family": "V4_PREFERRED",
        "respect_dns_ttl": True,
        "dns_failure_refresh_rate": {"base_interval": "1s", "max_interval": "10s"},
        # A name that does not resolve must not hold up the start of the node.
        "wait_for_warm_on_init": False,
        **resolver,
    }


def _in_a_thread() -> JsonObject:
    """Finds addresses, literal ones too, a moment later; Envoy waits for checks of those that it knows at once."""
    url = type_url("envoy.extensions.network.dns_resolver.getaddrinfo.v3.GetAddrInfoDnsResolverConfig")
    return {"name": "envoy.network.dns_resolver.getaddrinfo", "typed_config": {"@type": url}}


def _protocol(cluster: str, pool: UpstreamPool) -> JsonObject:
    options: JsonObject = {"@type": type_url(_HTTP_OPTIONS)}
    if pool.protocol == "http1":
        options["explicit_http_config"] = {"http_protocol_options": {}}
    else:
        options["explicit_http_config"] = {"http2_protocol_options": {}}
    if pool.credentials:
        options["http_filters"] = [*_injectors(cluster, pool), _codec()]
    return options


def _injectors(cluster: str, pool: UpstreamPool) -> list[JsonObject]:
    """Filters of the cluster that put on its credentials; without them a call does not go on."""
    injector = type_url("envoy.extensions.filters.http.credential_injector.v3.CredentialInjector")
    generic = type_url("envoy.extensions.http.injected_credentials.generic.v3.Generic")
    return [
        {
            "name": f"credential_{number}",
            "typed_config": {
                "@type": injector,
                "overwrite": True,
                "allow_request_without_credential": False,
                "credential": {
                    "name": "generic",
                    "typed_config": {
                        "@type": generic,
                        "header": credential.header,
                        "credential": {
                            "name": credential_secret(cluster, number),
                            "sds_config": {"ads": {}, "resource_api_version": "V3"},
                        },
                    },
                },
            },
        }
        for number, credential in enumerate(pool.credentials)
    ]


def _codec() -> JsonObject:
    url = type_url("envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec")
    return {"name": "upstream_codec", "typed_config": {"@type": url}}


def _duration(milliseconds: int) -> str:
    return f"{milliseconds / 1000:.3f}s"
