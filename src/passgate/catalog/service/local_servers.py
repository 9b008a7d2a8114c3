"""Servers of models that run on the machine itself, found by asking the ports that they use."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from passgate.catalog import repository
from passgate.catalog.errors import VendorCallError
from passgate.catalog.model_list import ListedModel, fetch_models
from passgate.catalog.vendors import Vendor, all_vendors
from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work

_PATIENCE_SECONDS = 0.5
"""What answers on the machine itself answers at once."""


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A server that was found."""

    vendor: str
    name: str
    base_url: str
    models: tuple[str, ...]


def find_local_servers(actor: Actor, work: Work, vendors: Iterable[Vendor] | None = None) -> list[LocalServer]:
    """The servers that answer and are no provider yet, as the control process sees its own machine.

    Args:
        actor: who asks.
        work: a unit of work that only reads.
        vendors: whom to look for; None: every vendor that is local.

    Raises:
        ForbiddenError: without the permission provider:read.
    """
    actor.require_somewhere(Permission.PROVIDER_READ)
    taken = {_origin(url) for url in repository.base_urls(work)}
    known = all_vendors() if vendors is None else vendors
    asked = [vendor for vendor in known if vendor.local and _origin(vendor.base_url) not in taken]
    now = work.clock.now()
    with ThreadPoolExecutor(max_workers=max(len(asked), 1)) as pool:
        answers = list(pool.map(lambda vendor: _ask(vendor, now), asked))
    found: dict[str, LocalServer] = {}
    for vendor, models in zip(asked, answers, strict=True):
        origin = _origin(vendor.base_url)
        if models is None or (origin in found and vendor.owned_by is None):
            continue
        names = tuple(model.vendor_model for model in models)
        found[origin] = LocalServer(vendor.id, vendor.name, vendor.base_url, names)
    return list(found.values())


def _ask(vendor: Vendor, now: datetime) -> list[ListedModel] | None:
    """The models of what answers at the vendor's usual place, if it is that vendor's."""
    try:
        models = fetch_models(vendor, vendor.base_url, None, now, timeout_seconds=_PATIENCE_SECONDS)
    except VendorCallError:
        return None
    told = {model.entry.get("owned_by") for model in models}
    return models if vendor.owned_by is None or vendor.owned_by in told else None


def _origin(base_url: str) -> str:
    return urlsplit(base_url).netloc.lower().replace("127.0.0.1", "localhost")
