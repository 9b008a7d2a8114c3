"""Rules for services with versions that the gate's safety rests on; publishing checks them for people."""

import re
from collections.abc import Iterable, Iterator
from functools import partial
from ipaddress import ip_network

from passgate.contracts.published_service import PublishedRevision, PublishedService, PublishedVersion
from passgate.contracts.service_policy import (
    AddressPolicy,
    AnyPolicy,
    ClaimHeadersPolicy,
    CorsPolicy,
    HeadersPolicy,
    UpstreamTokenPolicy,
)
from passgate.contracts.upstream_pool import UpstreamPool
from passgate.gateway.compile.errors import UncompilableError
from passgate.gateway.compile.kept_parts import KeptParts
from passgate.gateway.compile.names_and_paths import (
    HOST,
    PATH_PREFIX,
    check_base_path,
    check_header,
    refuse_unless,
)
from passgate.gateway.compile.path_templates import check_template

_ID = re.compile(r"[A-Za-z0-9_.-]+")
_ROUTE_ID = re.compile(r"[!-~]+")
_SEGMENT = re.compile(r"[A-Za-z0-9._~-]+")
_METHOD = re.compile(r"[A-Z]+")
_CLAIM = re.compile(r"[^:%\x00-\x1f\x7f]+|[a-z]+://[^%\x00-\x1f\x7f]+")
_WHOLE = 100


def check_published(services: Iterable[PublishedService], audience: str, kept: KeptParts) -> None:
    """Refuse services of which one breaks a rule.

    Args:
        services: as published.
        audience: the gate's own.
        kept: of earlier compilations; what is there has passed.

    Raises:
        UncompilableError: names the rule and the field.
    """
    seen: set[str] = set()
    paths: dict[str, str] = {}
    for position, service in enumerate(services):
        where = f"published[{position}]"
        refuse_unless(service.id not in seen, f"The service {service.id} stands twice.", f"{where}.id")
        seen.add(service.id)
        if not service.hosts:
            first = paths.setdefault(service.base_path, service.id)
            refuse_unless(first == service.id, f"{service.id} shares its base path with {first}.", f"{where}.base_path")
        kept.part(("checked", service.id), (service, audience), partial(check_service, service, audience, where))


def check_service(service: PublishedService, audience: str, where: str) -> None:
    """Refuse a service that breaks a rule, whatever others there are.

    Raises:
        UncompilableError: names the rule and the field.
    """
    _check_audiences(service, audience, where)
    _check_service(service, where)


def _check_audiences(service: PublishedService, audience: str, where: str) -> None:
    own = [policy for version in service.versions for revision in version.revisions for policy in revision.policies]
    for policy in (*service.policies, *own):
        # An upstream could call the gate with such a token, as the caller.
        replayable = isinstance(policy, UpstreamTokenPolicy) and policy.is_for(audience)
        refuse_unless(not replayable, f"A token for {service.id}'s upstream would pass the gate.", f"{where}.policies")


def _check_service(service: PublishedService, where: str) -> None:
    refuse_unless(_ID.fullmatch(service.id), f"The service's id {service.id!r} is none.", f"{where}.id")
    hosts = [*service.hosts, *(host for version in service.versions for host in version.hosts)]
    refuse_unless(all(HOST.fullmatch(host) for host in hosts), f"A host of {service.id} is none.", f"{where}.hosts")
    if service.hosts:
        # At a host of its own nothing of the gate is in the way.
        whole = bool(PATH_PREFIX.fullmatch(service.base_path)) and ".." not in service.base_path
        refuse_unless(whole, f"The base path {service.base_path!r} is none.", f"{where}.base_path")
    else:
        check_base_path(service.base_path, field=f"{where}.base_path")
    _check_policies(service.policies, f"{where}.policies")
    names = [version.name for version in service.versions]
    refuse_unless(len(set(names)) == len(names), f"A version of {service.id} stands twice.", f"{where}.versions")
    for position, version in enumerate(service.versions):
        _check_version(service, version, f"{where}.versions[{position}]")


def _check_version(service: PublishedService, version: PublishedVersion, where: str) -> None:
    named = _ID.fullmatch(version.id) and _SEGMENT.fullmatch(version.name) and version.name not in {".", ".."}
    refuse_unless(named, f"A version of {service.id} has no good id or name.", f"{where}.name")
    if not version.revisions or version.status == "retired":
        return
    total = sum(revision.weight for revision in version.revisions)
    refuse_unless(
        total == _WHOLE, f"The weights of {service.id} {version.name} make {total}, not 100.", f"{where}.revisions"
    )
    for position, revision in enumerate(version.revisions):
        _check_revision(service, revision, f"{where}.revisions[{position}]")


def _check_revision(service: PublishedService, revision: PublishedRevision, where: str) -> None:
    refuse_unless(_ID.fullmatch(revision.id), f"The revision's id {revision.id!r} is none.", f"{where}.id")
    pools = [pool.name for pool in revision.pools]
    answered = service.kind == "prompt" or revision.mock
    refuse_unless(pools or answered, f"The revision {revision.id} has no pool.", f"{where}.pools")
    refuse_unless(len(set(pools)) == len(pools), f"A pool of {revision.id} stands twice.", f"{where}.pools")
    wanted = {route.pool for route in revision.routes} | {revision.mirror_pool}
    unknown = [] if answered else sorted(name for name in wanted if name is not None and name not in pools)
    refuse_unless(not unknown, f"The revision {revision.id} has no pool {unknown}.", f"{where}.routes")
    for pool in revision.pools:
        _check_pool(pool, f"{where}.pools[{pool.name}]")
    ids: set[str] = set()
    for route in revision.routes:
        here = f"{where}.routes[{route.id}]"
        refuse_unless(_ROUTE_ID.fullmatch(route.id) and route.id not in ids, "A route's id is none.", here)
        ids.add(route.id)
        methods = all(_METHOD.fullmatch(method) for method in route.methods)
        refuse_unless(methods, f"A method of {route.id} is none.", f"{here}.methods")
        check_template(route.path, field=f"{here}.path")
        refuse_unless(
            route.rewrite is None or route.rewrite.startswith("/"),
            f"The rewrite of {route.id} must begin with a slash.",
            f"{here}.rewrite",
        )
    _check_policies(revision.policies, f"{where}.policies")


def _check_pool(pool: UpstreamPool, where: str) -> None:
    refuse_unless(_ID.fullmatch(pool.name), f"The pool's name {pool.name!r} is none.", f"{where}.name")
    refuse_unless(pool.endpoints, f"The pool {pool.name} has no address.", f"{where}.endpoints")
    hosts = [*(one.host for one in pool.endpoints), *filter(None, [pool.host_header])]
    refuse_unless(all(HOST.fullmatch(host) for host in hosts), f"A host of {pool.name} is none.", f"{where}.endpoints")
    refuse_unless(
        PATH_PREFIX.fullmatch(pool.path_prefix),
        f"The path prefix {pool.path_prefix!r} must start with a slash, and not end with one.",
        f"{where}.path_prefix",
    )
    for credential in pool.credentials:
        check_header(credential.header, "", field=f"{where}.credentials")
    if pool.balance == "hash":
        key = pool.hash_key
        fits = key is not None and (key.source == "ip" or bool(_CLAIM.fullmatch(key.name)))
        refuse_unless(fits, f"What shall {pool.name} hash by?", f"{where}.hash_key")


def _check_policies(policies: Iterable[AnyPolicy], where: str) -> None:
    for position, policy in enumerate(policies):
        for name, value in _headers(policy):
            check_header(name, value, field=f"{where}[{position}]")
        if isinstance(policy, AddressPolicy):
            _check_blocks(policy, f"{where}[{position}]")
        if isinstance(policy, CorsPolicy) and "*" in policy.origins and (policy.credentials or len(policy.origins) > 1):
            # Envoy would name any page's own origin, and let it use a visitor's credentials.
            raise UncompilableError("Any origin stands alone, and without credentials.", field=f"{where}[{position}]")
        if isinstance(policy, ClaimHeadersPolicy) and not all(_CLAIM.fullmatch(one) for one in policy.headers.values()):
            raise UncompilableError("A claim's name is none that a header can be made of.", field=where)


def _check_blocks(policy: AddressPolicy, where: str) -> None:
    for block in (*policy.allow, *policy.deny):
        try:
            ip_network(block, strict=False)
        except ValueError as error:
            raise UncompilableError(f"{block!r} is no block of addresses.", field=where) from error


def _headers(policy: AnyPolicy) -> Iterator[tuple[str, str]]:
    if isinstance(policy, HeadersPolicy):
        yield from policy.set.items()
        yield from policy.add.items()
        yield from ((name, "") for name in policy.remove)
    elif isinstance(policy, ClaimHeadersPolicy):
        yield from ((name, "") for name in policy.headers)
    elif isinstance(policy, UpstreamTokenPolicy):
        yield policy.header, ""
