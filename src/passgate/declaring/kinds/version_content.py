"""What a version says, between its part of a document and a revision's definition."""

import hashlib
from collections.abc import Sequence

from pydantic import SecretStr

from passgate.contracts.published_service import PublishedRoute
from passgate.contracts.upstream_pool import PoolEndpoint, PoolTls, UpstreamPool
from passgate.declaring.desk import Desk
from passgate.declaring.service_document import OpenApiPart, VersionPart
from passgate.declaring.variables import variable_for
from passgate.publishing.definition import RevisionDefinition
from passgate.publishing.definition_input import CredentialIn, DefinitionIn, DefinitionView, PoolIn, TlsIn
from passgate.publishing.models import ServiceSecret
from passgate.publishing.openapi.service import document_text, get_document
from passgate.publishing.secrets import shown_definition
from passgate.publishing.upstream_url import pool_of, url_of

_CONTENT = ("routes", "pools", "policies", "mock", "mirror_pool", "document", "prompt")
_CONNECT_TIMEOUT_MS = 2_000


def definition_in(part: VersionPart) -> DefinitionIn:
    """The definition of a settled part."""
    fields = {name: getattr(part, name) for name in _CONTENT if name not in {"routes", "document"}}
    digest = part.document.digest if part.document is not None else None
    return DefinitionIn(**fields, routes=part.routes or (), document=digest)


def content_of(view: DefinitionView) -> dict[str, object]:
    """A definition as fields of a part, secrets by their ids."""
    given = DefinitionIn.model_validate(view.model_dump())
    fields: dict[str, object] = {name: getattr(given, name) for name in _CONTENT}
    return fields | {"document": OpenApiPart(digest=given.document) if given.document else None}


def settled_content(desk: Desk, part: VersionPart, present: VersionPart | None) -> dict[str, object]:
    """The part's content in the form of :func:`content_of`.

    Raises:
        InvalidInputError: a secret without a value.
        NotFoundError: a digest that the team has no document of.
    """
    pools = (_pool_of_url(part.upstream_url),) if part.upstream_url is not None else part.pools
    before = {pool.name: pool for pool in present.pools} if present is not None else {}
    document = _digest(desk, part.document)
    return {
        "upstream_url": None,
        "pools": tuple(_settled_pool(desk, pool, before.get(pool.name)) for pool in pools),
        "document": document,
        "routes": part.routes if part.routes is not None else _routes(desk, document),
    }


def exported_content(desk: Desk, part: VersionPart, names: Sequence[str]) -> dict[str, object]:
    """The content of a settled part for another Passgate: texts instead of digests, variables instead of secrets."""
    pools = tuple(_exported_pool(pool, names) for pool in part.pools)
    simple = _url_of(pools)
    text = None
    if part.document is not None and part.document.digest is not None:
        text = document_text(desk.actor, desk.work, part.document.digest)[0]
    routes = None if (part.routes or ()) == _routes(desk, part.document) else part.routes
    return {
        "upstream_url": simple,
        "pools": () if simple is not None else pools,
        "document": OpenApiPart(text=text) if text is not None else None,
        "routes": routes,
    }


def text_digest(text: str) -> str:
    """SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def _digest(desk: Desk, given: OpenApiPart | None) -> OpenApiPart | None:
    if given is None or given.text is None:
        return given
    return OpenApiPart(digest=text_digest(desk.intakes[text_digest(given.text)].text))


def _routes(desk: Desk, document: OpenApiPart | None) -> tuple[PublishedRoute, ...]:
    if document is None or document.digest is None:
        return ()
    for intake in desk.intakes.values():
        if text_digest(intake.text) == document.digest:
            return intake.routes
    return tuple(one.route for one in get_document(desk.actor, desk.work, document.digest).operations)


def _pool_of_url(url: str) -> PoolIn:
    pool = pool_of(url, host_header=None, connect_timeout_ms=_CONNECT_TIMEOUT_MS)
    view = shown_definition(RevisionDefinition(pools=(pool,))).pools[0]
    return PoolIn.model_validate(view.model_dump())


def _url_of(pools: Sequence[PoolIn]) -> str | None:
    """The URL that says all of the pools; None: none does."""
    if len(pools) != 1 or pools[0].credentials or (pools[0].tls and pools[0].tls.client_key_pem):
        return None
    pool = pools[0]
    plain = UpstreamPool(
        endpoints=pool.endpoints, path_prefix=pool.path_prefix, tls=PoolTls() if pool.tls is not None else None
    )
    url = url_of(plain)
    return url if _pool_of_url(url) == pool else None


def _settled_pool(desk: Desk, pool: PoolIn, before: PoolIn | None) -> PoolIn:
    known = {one.header: one.secret for one in before.credentials} if before is not None else {}
    credentials = tuple(
        _settled_credential(desk, one, known.get(one.header), pool.endpoints) for one in pool.credentials
    )
    tls = pool.tls
    if tls is not None and tls.client_key_pem is not None:
        key_id = before.tls.client_key_secret if before is not None and before.tls is not None else None
        kept = _kept(desk, tls.client_key_pem, key_id, pool.endpoints, "tls.client_key_pem")
        if kept is not None:
            tls = tls.model_copy(update={"client_key_pem": None, "client_key_secret": kept})
    return pool.model_copy(update={"credentials": credentials, "tls": tls})


def _settled_credential(
    desk: Desk, given: CredentialIn, known: str | None, endpoints: Sequence[PoolEndpoint]
) -> CredentialIn:
    if given.value is None:
        return given
    kept = _kept(desk, given.value, known, endpoints, f"credentials.{given.header}")
    return given if kept is None else CredentialIn(header=given.header, secret=kept)


def _kept(desk: Desk, value: SecretStr, known: str | None, endpoints: Sequence[PoolEndpoint], field: str) -> str | None:
    """The id of the stored secret, where it stays; None: the value is to be stored."""
    row = desk.work.session.get(ServiceSecret, known) if known is not None else None
    changed = desk.secret(value, row.sealed_value if row is not None else None, field)
    if changed is not None or row is None:
        return None
    addresses = {f"{endpoint.host}:{endpoint.port}" for endpoint in endpoints}
    moved = not addresses <= set(row.addresses)
    # A value that was given anew may go to another address; one that was not is refused there by its service.
    return None if moved and desk.work.vault.open(row.sealed_value) == value.get_secret_value() else row.id


def _exported_pool(pool: PoolIn, names: Sequence[str]) -> PoolIn:
    credentials = tuple(
        CredentialIn(header=one.header, value=SecretStr(variable_for(*names, pool.name, one.header)))
        for one in pool.credentials
    )
    tls: TlsIn | None = pool.tls
    if tls is not None and tls.client_key_secret is not None:
        key = SecretStr(variable_for(*names, pool.name, "client_key"))
        tls = tls.model_copy(update={"client_key_secret": None, "client_key_pem": key})
    return pool.model_copy(update={"credentials": credentials, "tls": tls})
