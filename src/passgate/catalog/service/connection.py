"""Whether a provider can be reached, asked of its vendor.

A test may take ten seconds. It therefore only reads, and is recorded by a second, short unit of work, so that no
write lock is held while a vendor thinks.
"""

from datetime import datetime

from passgate.catalog.errors import VendorCallError
from passgate.catalog.model_list import check_key, fetch_models
from passgate.catalog.schemas import ConnectionIn, ConnectionTest, ProviderIn
from passgate.catalog.service.providers import checked_connection, writable_provider
from passgate.catalog.vendors import Vendor, find_vendor
from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work

_MAX_MESSAGE = 500


def test_connection(actor: Actor, work: Work, given: ConnectionIn) -> ConnectionTest:
    """Try a connection before it is saved.

    Raises:
        ForbiddenError: without the permission provider:write (in the team that is named, where one is).
        InvalidInputError: as :func:`passgate.catalog.service.providers.create_provider`.
    """
    if isinstance(given, ProviderIn):
        actor.require(Permission.PROVIDER_WRITE, given.team_id, what="team")
    else:
        actor.require_somewhere(Permission.PROVIDER_WRITE)
    vendor, base_url, api_key = checked_connection(given)
    return _try(vendor, base_url, api_key, work.clock.now())


def test_provider(actor: Actor, work: Work, provider_id: str) -> ConnectionTest:
    """Try a saved provider; pass the outcome to :func:`record_test`, in a unit of work of its own.

    Raises:
        NotFoundError: no such provider, or one of a team that the actor has no part in.
        ForbiddenError: without the permission provider:write.
    """
    row = writable_provider(actor, work, provider_id)
    api_key = work.vault.open(row.sealed_api_key) if row.sealed_api_key else None
    return _try(find_vendor(row.vendor), row.base_url, api_key, work.clock.now())


def record_test(actor: Actor, work: Work, provider_id: str, outcome: ConnectionTest) -> None:
    """Keep a test's outcome with its provider.

    Raises:
        NotFoundError: no such provider, or one of a team that the actor has no part in.
        ForbiddenError: without the permission provider:write.
    """
    row = writable_provider(actor, work, provider_id)
    row.last_test_at = work.clock.now()
    row.last_test_ok = outcome.ok
    row.last_test_message = outcome.message[:_MAX_MESSAGE]
    work.session.flush()


def _try(vendor: Vendor, base_url: str, api_key: str | None, now: datetime) -> ConnectionTest:
    if not vendor.models_path:
        message = f"{vendor.name} has no list of models that can be asked for; the key is tried at the first call."
        return ConnectionTest(ok=True, code="not_asked", message=message)
    try:
        models = fetch_models(vendor, base_url, api_key, now)
        key_tested = check_key(vendor, base_url, api_key)
    except VendorCallError as error:
        return ConnectionTest(ok=False, code=error.code, message=error.message)
    message = f"Connected: {len(models)} models." if models else "Connected, but the vendor lists no models yet."
    if not key_tested:
        message += f" {vendor.name} lists its models to anyone, so the key itself is tried only at the first call."
    return ConnectionTest(ok=True, code="connected", message=message, models_found=len(models))
