"""Where calls go: control, the workers, and each service's upstream."""

from ipaddress import ip_address
from pathlib import Path

from passgate.contracts.gateway_snapshot import GatewayService, Upstream, UpstreamEndpoint
from passgate.gateway.envoy import names
from passgate.gateway.envoy.layout import NodeLayout
from passgate.gateway.envoy.names import JsonObject, type_url

_MANY = 100_000
_HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"


def control_cluster(layout: NodeLayout) -> JsonObject:
    """The control process, behind its socket."""
    return _local(names.CONTROL_CLUSTER, (layout.control_socket,))


def workers_cluster(layout: NodeLayout) -> JsonObject:
    """The inference workers, the least busy first."""
    return {**_local(names.WORKERS_CLUSTER, layout.worker_sockets), "lb_policy": "LEAST_REQUEST"}


def service_upstream(service: GatewayService, ca_bundle: Path) -> JsonObject:
    """The upstream of a REST service."""
    upstream = service.upstream
    name = names.service_cluster(service.id)
    cluster: JsonObject = {
        "name": name,
        "connect_timeout": f"{upstream.connect_timeout_ms / 1000:.3f}s",
        "lb_policy": "LEAST_REQUEST",
        "circuit_breakers": _breakers(),
        "outlier_detection": _outliers(),
        "load_assignment": _endpoints(name, [_endpoint(upstream, one) for one in upstream.endpoints]),
        "typed_extension_protocol_options": _protocol(upstream),
        **_discovery(upstream),
    }
    if upstream.tls:
        cluster["transport_socket"] = _tls(upstream, ca_bundle)
    return cluster


def is_address(host: str) -> bool:
    """Whether the host is an IP address and no name."""
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _local(name: str, sockets: tuple[Path, ...]) -> JsonObject:
    addresses = [{"endpoint": {"address": {"pipe": {"path": str(path)}}}} for path in sockets]
    return {
        "name": name,
        "type": "STATIC",
        "connect_timeout": "1s",
        "circuit_breakers": _breakers(),
        "load_assignment": _endpoints(name, addresses),
    }


def _endpoints(cluster: str, endpoints: list[JsonObject]) -> JsonObject:
    return {"cluster_name": cluster, "endpoints": [{"lb_endpoints": endpoints}]}


def _endpoint(upstream: Upstream, endpoint: UpstreamEndpoint) -> JsonObject:
    host = endpoint.host.strip("[]")
    address = {"socket_address": {"address": host, "port_value": endpoint.port}}
    hostname = _host_header(upstream, endpoint)
    return {"endpoint": {"address": address, "hostname": hostname}, "load_balancing_weight": max(1, endpoint.weight)}


def _host_header(upstream: Upstream, endpoint: UpstreamEndpoint) -> str:
    """The Host that the endpoint sees where none is set: with its port, unless that is the scheme's own.

    Where several names share a TLS upstream, the same text is the name asked for in the handshake, so no port then.
    """
    host = endpoint.host.strip("[]")
    if endpoint.port == (443 if upstream.tls else 80) or _asks_each_by_name(upstream):
        return host
    return f"[{host}]:{endpoint.port}" if ":" in host else f"{host}:{endpoint.port}"


def _asks_each_by_name(upstream: Upstream) -> bool:
    hosts = _server_names(upstream)
    return upstream.tls and len(hosts) > 1 and not any(is_address(host) for host in hosts)


def _server_names(upstream: Upstream) -> list[str]:
    """The names that certificates must bear: of the Host that the upstream sees, less its port."""
    found = set()
    for endpoint in upstream.endpoints:
        named = upstream.host_header or endpoint.host
        host = named if is_address(named) else named.rsplit(":", 1)[0]
        found.add(host.strip("[]"))
    return sorted(found)


def _discovery(upstream: Upstream) -> JsonObject:
    if all(is_address(endpoint.host) for endpoint in upstream.endpoints):
        return {"type": "STATIC"}
    return {
        "type": "STRICT_DNS",
        "dns_lookup_family": "V4_PREFERRED",
        "respect_dns_ttl": True,
        "dns_failure_refresh_rate": {"base_interval": "1s", "max_interval": "10s"},
        # A name that does not resolve must not hold up the start of the node.
        "wait_for_warm_on_init": False,
    }


def _breakers() -> JsonObject:
    """High: streams are many and long; what bounds calls is a limit of the gate, not a pool's size."""
    return {
        "thresholds": [
            {"max_connections": _MANY, "max_pending_requests": _MANY, "max_requests": _MANY, "max_retries": _MANY}
        ]
    }


def _outliers() -> JsonObject:
    """A host that fails five times running rests for a while, unless it is the only one."""
    return {
        "consecutive_5xx": 0,
        "enforcing_consecutive_5xx": 0,
        "enforcing_success_rate": 0,
        "consecutive_gateway_failure": 5,
        "enforcing_consecutive_gateway_failure": 100,
        "base_ejection_time": "5s",
        "max_ejection_time": "60s",
        "max_ejection_percent": 50,
    }


def _protocol(upstream: Upstream) -> JsonObject:
    """HTTP/1.1; over TLS, what both sides agree on."""
    http: JsonObject = {"auto_config": {}} if upstream.tls else {"explicit_http_config": {"http_protocol_options": {}}}
    return {_HTTP_OPTIONS: {"@type": type_url(_HTTP_OPTIONS), **http}}


def _tls(upstream: Upstream, ca_bundle: Path) -> JsonObject:
    """TLS that checks the certificate's authority and name: without a validation context Envoy checks neither."""
    hosts = _server_names(upstream)
    validation: JsonObject = {"trusted_ca": {"filename": str(ca_bundle)}}
    context: JsonObject = {"@type": type_url("envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext")}
    if _asks_each_by_name(upstream):
        context |= {"auto_host_sni": True, "auto_sni_san_validation": True}
    else:
        validation["match_typed_subject_alt_names"] = [_san(host) for host in hosts]
        if len(hosts) == 1 and not is_address(hosts[0]):
            context["sni"] = hosts[0]
    context["common_tls_context"] = {
        "tls_params": {"tls_minimum_protocol_version": "TLSv1_2"},
        "validation_context": validation,
    }
    return {"name": "tls", "typed_config": context}


def _san(host: str) -> JsonObject:
    return {"san_type": "IP_ADDRESS" if is_address(host) else "DNS", "matcher": {"exact": host}}
