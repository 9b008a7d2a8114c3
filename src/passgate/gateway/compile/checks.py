"""Rules that the gate's safety rests on; publishing checks them for people, this checks them for the gate."""

import re

from passgate.contracts.gateway_snapshot import GatewayService, GatewaySnapshot
from passgate.gateway.compile.errors import UncompilableError
from passgate.gateway.compile.kept_parts import KeptParts
from passgate.gateway.compile.names_and_paths import HOST, PATH_PREFIX, check_base_path
from passgate.gateway.compile.published_checks import check_published

SEPARATOR = "|"
_METADATA_KEY = re.compile(r"iss_[a-z0-9]+")


def check_snapshot(snapshot: GatewaySnapshot, kept: KeptParts | None = None) -> None:
    """Refuse a snapshot that breaks one of them.

    Args:
        snapshot: to check.
        kept: of earlier compilations, in which services were checked.

    Raises:
        UncompilableError: names the rule and the field.
    """
    if not snapshot.issuer or not snapshot.audience:
        raise UncompilableError("Issuer and audience must be set, or any token would do.", field="issuer")
    paths: dict[str, str] = {}
    for position, service in enumerate(snapshot.services):
        where = f"services[{position}]"
        _check_service(service, where)
        first = paths.setdefault(service.base_path, service.id)
        if first != service.id:
            raise UncompilableError(
                f"The services {first} and {service.id} share the base path {service.base_path}.",
                field=f"{where}.base_path",
            )
    check_published(snapshot.published, snapshot.audience, kept or KeptParts())
    _refuse_twins([service.id for service in snapshot.services])
    _check_issuers(snapshot)


def _check_issuers(snapshot: GatewaySnapshot) -> None:
    known = {snapshot.issuer}
    for position, issuer in enumerate(snapshot.trusted_issuers):
        where = f"trusted_issuers[{position}]"
        if issuer.issuer in known or SEPARATOR in issuer.issuer:
            raise UncompilableError(
                f"The trusted issuer {issuer.issuer!r} is known already, or holds {SEPARATOR!r}.",
                field=f"{where}.issuer",
            )
        known.add(issuer.issuer)
        if not issuer.keys or not issuer.audiences or not all(issuer.audiences):
            raise UncompilableError(
                f"The trusted issuer {issuer.id} needs keys and audiences, or any token would do.",
                field=f"{where}.audiences",
            )
        if not _METADATA_KEY.fullmatch(issuer.id):
            raise UncompilableError(f"The id {issuer.id!r} cannot be a metadata key.", field=f"{where}.id")
        if (issuer.application_claim is None) == (issuer.application_id is None):
            raise UncompilableError(f"Whose calls are those of {issuer.id}?", field=f"{where}.application_id")


def _check_service(service: GatewayService, where: str) -> None:
    if not service.id or SEPARATOR in service.id:
        raise UncompilableError(f"A service's id is empty or holds {SEPARATOR!r}.", field=f"{where}.id")
    check_base_path(service.base_path, field=f"{where}.base_path")
    upstream = service.upstream
    if not upstream.endpoints:
        raise UncompilableError(f"The service {service.id} has no endpoint.", field=f"{where}.upstream.endpoints")
    if not PATH_PREFIX.fullmatch(upstream.path_prefix):
        raise UncompilableError(
            f"The path prefix {upstream.path_prefix!r} must start with a slash, and not end with one.",
            field=f"{where}.upstream.path_prefix",
        )
    hosts = [endpoint.host for endpoint in upstream.endpoints]
    if not all(HOST.fullmatch(host) for host in (*hosts, *filter(None, [upstream.host_header]))):
        raise UncompilableError(f"A host of the service {service.id} is no host name.", field=f"{where}.upstream")


def _refuse_twins(ids: list[str]) -> None:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise UncompilableError(f"The service {one} stands twice in the snapshot.", field="services")
        seen.add(one)
