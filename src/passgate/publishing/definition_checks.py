"""What must hold of a definition, beyond what its fields' types say."""

import re
from collections import Counter
from collections.abc import Iterable

from passgate.contracts.published_service import MOST_REWRITTEN, PublishedRoute
from passgate.contracts.service_policy import AnyPolicy, ValidationPolicy
from passgate.contracts.upstream_pool import UpstreamPool
from passgate.kernel.errors import InvalidInputError
from passgate.publishing.definition import RevisionDefinition
from passgate.publishing.errors import NotPublishableError
from passgate.publishing.policy_checks import check_policies, refuse_cache, require_known_callers
from passgate.publishing.server_checks import check_server_definition
from passgate.publishing.upstream_url import is_host

_ROUTE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_METHOD = re.compile(r"[A-Z]{1,20}")
_SEGMENT = re.compile(r"[A-Za-z0-9._~!$&'()+,;=:@%-]*|\{[A-Za-z_][A-Za-z0-9_]{0,39}\}")
_LAST = re.compile(r"\{[A-Za-z_][A-Za-z0-9_]{0,39}\*\}")
_PATH_PREFIX = re.compile(r"(/[A-Za-z0-9._~!$&'()*+,;=:@%-]+)*")
_VARIABLE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\*?\}")
_MOST_PATH = 500


def check_definition(definition: RevisionDefinition, kind: str) -> None:
    """Refuse what could not be published in any way.

    Raises:
        InvalidInputError: names the field, such as ``routes.3.path``, and the rule.
    """
    if definition.prompt is not None and kind != "prompt":
        raise InvalidInputError("Only a service of kind prompt has a prompt.", field="prompt")
    if kind == "mcp":
        check_server_definition(definition)
    if kind == "prompt":
        require_known_callers(definition.policies)
        refuse_cache(definition.policies)
    if kind == "prompt" and definition.pools:
        raise InvalidInputError("A prompt has no upstream; its model answers.", field="pools")
    names = [pool.name for pool in definition.pools]
    _refuse_twice(names, "pools", "name", "pool")
    if definition.mirror_pool is not None and definition.mirror_pool not in names:
        raise InvalidInputError(f"There is no pool {definition.mirror_pool}.", field="mirror_pool")
    _refuse_twice([route.id for route in definition.routes], "routes", "id", "route")
    for at, route in enumerate(definition.routes):
        _check_route(route, names, f"routes.{at}")
    for at, pool in enumerate(definition.pools):
        _check_pool(pool, f"pools.{at}")
    if kind != "mcp":
        # A server's routes are its tools, which come and go without a revision.
        check_route_names(definition.policies, {route.id for route in definition.routes})
    check_policies(definition.policies)


def check_publishable(definition: RevisionDefinition, kind: str) -> None:
    """Refuse to publish what has nothing to answer with.

    Raises:
        NotPublishableError: no upstream and no mock, no prompt, or a mock without a document.
    """
    if kind == "prompt":
        if definition.prompt is None:
            raise NotPublishableError("The revision has no prompt yet.", field="prompt")
        return
    if definition.document is None and any(isinstance(one, ValidationPolicy) for one in definition.policies):
        raise NotPublishableError("Requests cannot be validated without an OpenAPI document.", field="document")
    if definition.mock:
        if definition.document is None:
            raise NotPublishableError("A mock answers from an OpenAPI document; there is none.", field="document")
    elif not definition.pools:
        raise NotPublishableError("The revision has no upstream yet.", field="upstream_url")


def check_route_names(policies: Iterable[AnyPolicy], routes: set[str]) -> None:
    """Refuse policies for routes that there are not.

    Raises:
        InvalidInputError: names the policy's field.
    """
    for at, policy in enumerate(policies):
        unknown = [name for name in policy.routes if name not in routes]
        if unknown:
            raise InvalidInputError(f"There is no route {unknown[0]}.", field=f"policies.{at}.routes")


def check_template(path: str, field: str) -> None:
    """Refuse what is no path template, such as ``/orders/{id}``.

    Raises:
        InvalidInputError: names the field.
    """
    segments = path.split("/")[1:]
    good = path.startswith("/") and len(path) <= _MOST_PATH and not {".", ".."} & set(segments)
    if good:
        *first, last = segments
        good = all(_SEGMENT.fullmatch(segment) for segment in first)
        good = good and bool(_SEGMENT.fullmatch(last) or _LAST.fullmatch(last))
    if not good:
        raise InvalidInputError("A path is a template such as /orders/{id} or /files/{rest*}.", field=field)
    _refuse_twice(_VARIABLE.findall(path), field, None, "variable")


def _check_route(route: PublishedRoute, pools: list[str], field: str) -> None:
    if not _ROUTE_ID.fullmatch(route.id):
        raise InvalidInputError("An id has letters, digits and . _ - only.", field=f"{field}.id")
    if any(not _METHOD.fullmatch(method) for method in route.methods):
        raise InvalidInputError("A method is in capitals, such as GET.", field=f"{field}.methods")
    check_template(route.path, f"{field}.path")
    if route.pool is not None and route.pool not in pools:
        raise InvalidInputError(f"There is no pool {route.pool}.", field=f"{field}.pool")
    if route.rewrite is not None:
        _check_rewrite(route.rewrite, route.path, f"{field}.rewrite")


def _check_pool(pool: UpstreamPool, field: str) -> None:
    if not _PATH_PREFIX.fullmatch(pool.path_prefix):
        rule = "A path prefix starts with / and has no / at its end, such as /api/v2."
        raise InvalidInputError(rule, field=f"{field}.path_prefix")
    for number, endpoint in enumerate(pool.endpoints):
        if not is_host(endpoint.host):
            rule = "A host is a name or an address, such as orders.internal."
            raise InvalidInputError(rule, field=f"{field}.endpoints.{number}.host")


def _check_rewrite(rewrite: str, path: str, field: str) -> None:
    check_template(rewrite, field)
    known = _VARIABLE.findall(path)
    unknown = set(_VARIABLE.findall(rewrite)) - set(known)
    if unknown:
        raise InvalidInputError(f"The path has no variable {min(unknown)}.", field=field)
    beyond = set(_VARIABLE.findall(rewrite)) & set(known[MOST_REWRITTEN:])
    if beyond:
        rule = f"Only the first {MOST_REWRITTEN} variables of a path can be written anew; {min(beyond)} is none."
        raise InvalidInputError(rule, field=field)


def _refuse_twice(names: list[str], field: str, part: str | None, what: str) -> None:
    twice = next((name for name, count in Counter(names).items() if count > 1), None)
    if twice is not None:
        at = len(names) - 1 - names[::-1].index(twice)
        where = field if part is None else f"{field}.{at}.{part}"
        raise InvalidInputError(f"There are two {what}s named {twice}.", field=where)
