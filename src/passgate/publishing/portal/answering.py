"""Which version of a service the portal is about, and where it answers."""

from collections.abc import Sequence

from passgate.publishing.models import Service, ServiceVersion
from passgate.publishing.service_view import shown_version


def answering_version(service: Service, versions: Sequence[ServiceVersion]) -> ServiceVersion | None:
    """The default version, or the newest that answers once that one is retired; None: all are drafts."""
    shown = [one for one in versions if one.status != "draft"]
    return shown_version(service, [one for one in shown if one.status != "retired"] or shown)


def answering_address(service: Service, version: ServiceVersion) -> str:
    """Where the version answers: a path of the gate such as ``/orders/v2``, or a host and a path."""
    path = service.base_path
    if service.selection == "path" and version.name != service.default_version:
        path += f"/{version.name}"
    hosts = version.hosts if service.selection == "host" else service.hosts
    return f"{hosts[0]}{path}" if hosts else path or "/"


def server_of(service: Service, version: ServiceVersion) -> str:
    """The same as a URL relative to the gate, for an OpenAPI document's servers."""
    address = answering_address(service, version)
    return address if address.startswith("/") else f"//{address}"
