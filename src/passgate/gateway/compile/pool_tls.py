"""TLS to a pool: which authorities, which names, and who we are."""

from pathlib import Path

from passgate.contracts.upstream_pool import UpstreamPool
from passgate.gateway.compile.host_names import asks_each_by_name, is_address, server_names
from passgate.gateway.compile.pool_secrets import client_certificate_secret
from passgate.gateway.envoy.names import JsonObject, type_url


def tls_socket(cluster: str, pool: UpstreamPool, ca_bundle: Path) -> JsonObject:
    """TLS that checks the certificate's authority and name: without a validation context Envoy checks neither."""
    own_ca = pool.tls.ca_pem if pool.tls is not None else None
    trusted = {"filename": str(ca_bundle)} if own_ca is None else {"inline_string": own_ca}
    hosts = server_names(pool)
    validation: JsonObject = {"trusted_ca": trusted}
    context: JsonObject = {"@type": type_url("envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext")}
    if asks_each_by_name(pool):
        context |= {"auto_host_sni": True, "auto_sni_san_validation": True}
    else:
        validation["match_typed_subject_alt_names"] = [_san(host) for host in hosts]
        if len(hosts) == 1 and not is_address(hosts[0]):
            context["sni"] = hosts[0]
    common: JsonObject = {
        "tls_params": {"tls_minimum_protocol_version": "TLSv1_2"},
        "alpn_protocols": ["http/1.1" if pool.protocol == "http1" else "h2"],
        "validation_context": validation,
    }
    if pool.tls is not None and pool.tls.client_certificate_pem is not None:
        secret = {
            "name": client_certificate_secret(cluster),
            "sds_config": {"ads": {}, "resource_api_version": "V3"},
        }
        common["tls_certificate_sds_secret_configs"] = [secret]
    context["common_tls_context"] = common
    return {"name": "tls", "typed_config": context}


def _san(host: str) -> JsonObject:
    return {"san_type": "IP_ADDRESS" if is_address(host) else "DNS", "matcher": {"exact": host}}
