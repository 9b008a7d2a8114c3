"""Kong's services, upstreams and targets as pools of addresses."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from passgate.declaring.importing.part import Part
from passgate.declaring.variables import variable_for
from passgate.publishing.upstream_url import is_host

_BALANCES = {"round-robin": "round_robin", "least-connections": "least_request", "latency": "least_request"}
_TARGETS_PORT = 8000
_PORTS = {"http": 80, "https": 443, "grpc": 80, "grpcs": 443}
_MOST_WEIGHT = 1000
_USUAL_MS = 60_000
_MOST_MS = 60_000
_MOST_IDLE_MS = 3_600_000
_USUAL_RETRIES = 5
_MOST_RETRIES = 10


@dataclass(slots=True)
class Upstreams:
    """Upstreams and certificates by name or id."""

    upstreams: Mapping[str, Part]
    authorities: Mapping[str, str]
    certificates: Mapping[str, str]

    @classmethod
    def of(cls, source: Part) -> "Upstreams":
        """Those of a configuration."""
        targets: dict[str, list[Part]] = {}
        for target in source.parts("targets", "target"):
            owner = target.take("upstream")
            name = owner.get("name", owner.get("id")) if isinstance(owner, Mapping) else owner
            targets.setdefault(str(name), []).append(target)
        upstreams = {}
        for one in source.parts("upstreams", "name", "id"):
            upstreams[one.text("name", one.text("id"))] = one
        authorities = {one.text("id"): one.text("cert") for one in source.parts("ca_certificates", "id")}
        certificates = {}
        for one in source.parts("certificates", "id"):
            certificates[one.text("id")] = one.text("cert")
            one.ignore("key", "tags", "created_at")
            for sni in one.parts("snis", "name"):
                sni.leave("", "The certificate of a host is the node's, or the service's own: give it there.")
        if source.take("snis"):
            source.leave("snis", "The certificate of a host is the node's, or the service's own: give it there.")
        return cls(upstreams, authorities, certificates)

    def pool_of(self, service: Part) -> dict[str, Any] | None:
        """The pool that a service's calls go to; None: it has no usable address, which is told."""
        url = urlsplit(service.text("url"))
        protocol = url.scheme or service.text("protocol", "http")
        host = url.hostname or service.text("host")
        path = (url.path or service.text("path")).rstrip("/")
        if protocol not in _PORTS:
            service.leave("protocol", f"The gate does not serve {protocol}.")
            return None
        port = url.port or (service.number("port") if service.take("port") else _PORTS[protocol])
        pool: dict[str, Any] = {}
        if (upstream := self.upstreams.get(host)) is not None:
            pool |= _balanced(upstream)
            if not pool["endpoints"]:
                upstream.leave("targets", "None has a weight.")
                return None
        elif is_host(host):
            pool["endpoints"] = [{"host": host, "port": port}]
        else:
            service.leave("host", f"{host!r} is no host.")
            return None
        if protocol.startswith("grpc"):
            pool["protocol"] = "grpc"
        if path:
            pool["path_prefix"] = path
        if protocol in {"https", "grpcs"}:
            pool["tls"] = self._tls(service)
        return pool

    def _tls(self, service: Part) -> dict[str, Any]:
        tls: dict[str, Any] = {}
        ids = [_id(one) for one in service.take("ca_certificates", [])]
        if pems := [self.authorities[one] for one in ids if one in self.authorities]:
            tls["ca_pem"] = "\n".join(pems)
        if service.take("client_certificate") is not None:
            found = self.certificates.get(_id(service.take("client_certificate")))
            if found is None:
                service.leave("client_certificate", "There is no such certificate.")
            else:
                name = variable_for(service.text("name"), "client_key")
                tls |= {"client_certificate_pem": found, "client_key_pem": name}
                service.leave("client_certificate", f"Its key is not written: set {name[6:-1]}.")
        if service.take("tls_verify") is not True:
            service.leave("tls_verify", "Kong did not verify the upstream's certificate; Passgate does.")
        service.ignore("tls_verify_depth")
        return tls


def timeouts_of(service: Part) -> list[dict[str, Any]]:
    """Policies for a service's time bounds and retries, where it has some that are not Kong's own."""
    policies: list[dict[str, Any]] = []
    connect = service.number("connect_timeout", _USUAL_MS)
    if connect != _USUAL_MS:
        service.leave("connect_timeout", "Set connect_timeout_ms of the pool; it is 2000 ms otherwise.")
    read = service.number("read_timeout", _USUAL_MS)
    policies.append({"kind": "timeout", "total_ms": 0, "idle_ms": min(max(read, 0), _MOST_IDLE_MS)})
    if service.number("write_timeout", _USUAL_MS) != _USUAL_MS:
        service.leave("write_timeout", "The idle time of a call holds for both directions.")
    retries = service.number("retries", _USUAL_RETRIES)
    if retries > 0:
        policies.append({"kind": "retry", "attempts": min(retries, _MOST_RETRIES)})
    return policies


def _balanced(upstream: Part) -> dict[str, Any]:
    pool: dict[str, Any] = {"endpoints": _endpoints(upstream)}
    algorithm = upstream.text("algorithm", "round-robin")
    if algorithm == "consistent-hashing":
        pool |= _hashed(upstream)
    else:
        pool["balance"] = _BALANCES.get(algorithm, "round_robin")
        if algorithm not in _BALANCES:
            upstream.leave("algorithm", f"There is no {algorithm}.")
        if upstream.text("hash_on", "none") != "none":
            pool |= _hashed(upstream)
    if upstream.take("host_header"):
        pool["host_header"] = upstream.text("host_header")
    pool |= _health(upstream.part("healthchecks"))
    upstream.ignore("id", "name", "tags", "created_at", "updated_at", "slots", "hash_on_cookie_path")
    upstream.close({"hash_fallback": "none", "use_srv_name": False})
    return pool


def _endpoints(upstream: Part) -> list[dict[str, Any]]:
    found = []
    targets = list(upstream.parts("targets", "target"))
    most = max((target.number("weight", 100) for target in targets), default=1)
    for target in targets:
        address, weight = target.text("target"), target.number("weight", 100)
        host, _, port = address.rpartition(":") if address.rpartition(":")[2].isdigit() else (address, "", "")
        if weight <= 0:
            target.leave("", "It has no weight.")
        elif not is_host(host.strip("[]")):
            target.leave("", f"{host!r} is no host.")
        else:
            shared = weight if most <= _MOST_WEIGHT else max(1, weight * _MOST_WEIGHT // most)
            found.append({"host": host.strip("[]"), "port": int(port or _TARGETS_PORT), "weight": shared})
        target.ignore("id", "tags", "created_at", "updated_at", "upstream")
        target.close()
    return found


def _hashed(upstream: Part) -> dict[str, Any]:
    by = upstream.text("hash_on", "none")
    keys: dict[str, dict[str, str]] = {
        "consumer": {"source": "claim", "name": "client_id"},
        "ip": {"source": "ip"},
        "header": {"source": "header", "name": upstream.text("hash_on_header")},
        "cookie": {"source": "cookie", "name": upstream.text("hash_on_cookie")},
    }
    if by in keys:
        return {"balance": "hash", "hash_key": keys[by]}
    upstream.leave("hash_on", f"Calls are not held together by {by}.")
    return {"balance": "round_robin"}


def _health(checks: Part) -> dict[str, Any]:
    found: dict[str, Any] = {}
    active, passive = checks.part("active"), checks.part("passive")
    healthy, unhealthy = active.part("healthy"), active.part("unhealthy")
    seconds = healthy.take("interval", 0) or unhealthy.take("interval", 0)
    if seconds:
        found["health"] = {
            "path": active.text("http_path", "/"),
            "interval_ms": min(max(int(float(seconds) * 1000), 500), 300_000),
            "timeout_ms": min(max(int(float(active.take("timeout", 1)) * 1000), 50), _MOST_MS),
            "healthy_after": min(max(healthy.number("successes", 1), 1), 10),
            "unhealthy_after": min(max(unhealthy.number("http_failures", 3), 1), 10),
        }
        for part in (healthy, unhealthy):
            part.close({"successes": 0, "http_failures": 0, "tcp_failures": 0, "timeouts": 0, "http_statuses": None})
        active.ignore("https_verify_certificate", "concurrency", "type")
        active.close()
    if failures := passive.part("unhealthy").take("http_failures"):
        found["passive_health"] = {"failures": min(int(failures), 100)}
    checks.take("threshold")
    return found


def _id(reference: object) -> str:
    return str(reference.get("id", "")) if isinstance(reference, Mapping) else str(reference)
