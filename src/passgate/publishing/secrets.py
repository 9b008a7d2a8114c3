"""Secrets of upstreams: sealed as they come in, named by id in definitions, and resolved for the gate alone."""

from collections.abc import Iterable

from sqlalchemy import select

from passgate.contracts.upstream_pool import InjectedCredential, PoolTls, UpstreamPool
from passgate.kernel.actor import Actor
from passgate.kernel.errors import InvalidInputError
from passgate.publishing.definition import SECRET_PREFIX, RevisionDefinition, secret_ids
from passgate.publishing.definition_input import (
    CredentialView,
    DefinitionIn,
    DefinitionView,
    PoolIn,
    PoolView,
    TlsIn,
    TlsView,
)
from passgate.publishing.models import Service, ServiceSecret
from passgate.publishing.openapi.service import require_document
from passgate.publishing.policy_checks import check_audiences, check_scopes
from passgate.publishing.pool_checks import check_pool
from passgate.publishing.prompts.checks import check_prompt
from passgate.storage.work import Work

_CLIENT_KEY = "client_key"


def sealed_definition(actor: Actor, work: Work, service: Service, given: DefinitionIn) -> RevisionDefinition:
    """The definition as it is stored; what is secret is sealed, and what is kept is checked.

    Raises:
        InvalidInputError: a pool, scope or prompt that breaks a rule, a secret that the service does not have or that
            was given for something else, or one whose upstream is another now: it would be shown to whoever stands
            there.
    """
    if given.prompt is not None and service.kind == "prompt":
        check_prompt(work, service.team_id, given.prompt)
    if given.document is not None:
        require_document(work, given.document, service.team_id)
    check_scopes(work, given.policies)
    check_audiences(work, given.policies)
    for at, pool in enumerate(given.pools):
        check_pool(pool, f"pools.{at}")
    fields = {name: getattr(given, name) for name in DefinitionIn.model_fields if name != "pools"}
    pools = tuple(_sealed_pool(actor, work, service, pool, at) for at, pool in enumerate(given.pools))
    return RevisionDefinition(**fields, pools=pools)


def shown_definition(definition: RevisionDefinition) -> DefinitionView:
    """The same in the form in which it may be given again."""
    fields = {name: getattr(definition, name) for name in DefinitionView.model_fields if name != "pools"}
    return DefinitionView(**fields, pools=tuple(_shown_pool(pool) for pool in definition.pools))


def resolved_pools(pools: Iterable[UpstreamPool], sealed: dict[str, str]) -> tuple[UpstreamPool, ...]:
    """Pools as the gate takes them, with what is sealed in its place."""
    return tuple(_resolved(pool, sealed) for pool in pools)


def sealed_values(work: Work, definitions: Iterable[RevisionDefinition]) -> dict[str, str]:
    """What is sealed, of every secret that the definitions name, by id."""
    wanted = {found for definition in definitions for found in secret_ids(definition)}
    if not wanted:
        return {}
    rows = work.session.scalars(select(ServiceSecret)).all()
    return {row.id: row.sealed_value for row in rows if row.id in wanted}


def _sealed_pool(actor: Actor, work: Work, service: Service, pool: PoolIn, at: int) -> UpstreamPool:
    addresses = sorted({f"{endpoint.host}:{endpoint.port}" for endpoint in pool.endpoints})
    fields = {name: getattr(pool, name) for name in PoolIn.model_fields if name not in {"tls", "credentials"}}

    def named(value: str | None, kept: str | None, purpose: str, field: str) -> str:
        if value is not None:
            return _new_secret(actor, work, service, purpose, value, addresses)
        return _kept_secret(work, service, kept or "", purpose, addresses, f"pools.{at}.{field}")

    def credential(given_at: int) -> InjectedCredential:
        given = pool.credentials[given_at]
        value = given.value.get_secret_value() if given.value is not None else None
        field = f"credentials.{given_at}.secret"
        return InjectedCredential(
            header=given.header, sealed_value=named(value, given.secret, f"header {given.header}", field)
        )

    def tls(given: TlsIn) -> PoolTls:
        key = given.client_key_pem.get_secret_value() if given.client_key_pem is not None else None
        has_key = key is not None or given.client_key_secret is not None
        return PoolTls(
            server_name=given.server_name,
            ca_pem=given.ca_pem,
            client_certificate_pem=given.client_certificate_pem,
            sealed_client_key=named(key, given.client_key_secret, _CLIENT_KEY, "tls.client_key_secret")
            if has_key
            else None,
        )

    credentials = tuple(credential(number) for number in range(len(pool.credentials)))
    return UpstreamPool(**fields, tls=tls(pool.tls) if pool.tls else None, credentials=credentials)


def _new_secret(  # noqa: PLR0913, PLR0917 - all that a row has
    actor: Actor, work: Work, service: Service, purpose: str, value: str, addresses: list[str]
) -> str:
    row = ServiceSecret(
        id=work.ids.new("ssec"),
        service_id=service.id,
        team_id=service.team_id,
        purpose=purpose,
        sealed_value=work.vault.seal(value),
        addresses=addresses,
        created_at=work.clock.now(),
        created_by=actor.id,
    )
    work.session.add(row)
    return SECRET_PREFIX + row.id


def _kept_secret(  # noqa: PLR0913, PLR0917 - all that is checked
    work: Work, service: Service, secret_id: str, purpose: str, addresses: list[str], field: str
) -> str:
    row = work.session.get(ServiceSecret, secret_id)
    if row is None or row.service_id != service.id or row.purpose != purpose:
        raise InvalidInputError("The service has no such secret for this.", field=field)
    if not set(addresses) <= set(row.addresses):
        raise InvalidInputError("The upstream's addresses are others now: give the secret anew.", field=field)
    return SECRET_PREFIX + row.id


def _shown_pool(pool: UpstreamPool) -> PoolView:
    fields = {name: getattr(pool, name) for name in PoolView.model_fields if name not in {"tls", "credentials"}}
    tls = pool.tls
    return PoolView(
        **fields,
        tls=TlsView(
            server_name=tls.server_name,
            ca_pem=tls.ca_pem,
            client_certificate_pem=tls.client_certificate_pem,
            client_key_secret=tls.sealed_client_key.removeprefix(SECRET_PREFIX) if tls.sealed_client_key else None,
        )
        if tls
        else None,
        credentials=tuple(
            CredentialView(header=one.header, secret=one.sealed_value.removeprefix(SECRET_PREFIX))
            for one in pool.credentials
        ),
    )


def _resolved(pool: UpstreamPool, sealed: dict[str, str]) -> UpstreamPool:
    if not pool.credentials and (pool.tls is None or pool.tls.sealed_client_key is None):
        return pool
    tls = pool.tls
    if tls is not None and tls.sealed_client_key is not None:
        key = sealed[tls.sealed_client_key.removeprefix(SECRET_PREFIX)]
        tls = tls.model_copy(update={"sealed_client_key": key})
    credentials = tuple(
        InjectedCredential(header=one.header, sealed_value=sealed[one.sealed_value.removeprefix(SECRET_PREFIX)])
        for one in pool.credentials
    )
    return pool.model_copy(update={"tls": tls, "credentials": credentials})
