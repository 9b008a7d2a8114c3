"""Which vendors there are."""

from passgate.catalog.vendors import Vendor, all_vendors
from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work


def list_vendors(actor: Actor, work: Work) -> tuple[Vendor, ...]:
    """Every vendor, the best known first.

    Raises:
        ForbiddenError: without the permission provider:read.
    """
    del work  # the vendors are data of the package
    actor.require_somewhere(Permission.PROVIDER_READ)
    return all_vendors()
