"""Certificates of a service's hosts: added, renewed, taken away, and told of before they expire."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import select

from passgate.contracts.published_service import MOST_CERTIFICATES, HostCertificate
from passgate.kernel.actor import Actor
from passgate.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from passgate.kernel.permissions import Permission
from passgate.publishing import version_repository
from passgate.publishing.certificates.models import ServiceCertificate
from passgate.publishing.certificates.reading import ReadCertificate, covers, read_certificate
from passgate.publishing.certificates.schemas import CertificateIn, CertificateView
from passgate.publishing.models import Service, ServiceAddress
from passgate.publishing.notices.service import tell
from passgate.publishing.service.services import own_service
from passgate.storage.work import Work

TOLD_DAYS = (1, 7, 30)
"""How many days ahead a team is told."""


class NoPlaceError(ConflictError):
    """The listener has no place for one more certificate."""

    code = "certificates_full"


def list_certificates(actor: Actor, work: Work, service_id: str) -> list[CertificateView]:
    """The service's certificates, the first to expire first.

    Raises:
        NotFoundError: no such service, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:read.
    """
    own_service(actor, work, service_id, Permission.SERVICE_READ)
    query = select(ServiceCertificate).where(ServiceCertificate.service_id == service_id)
    rows = work.session.scalars(query.order_by(ServiceCertificate.not_after, ServiceCertificate.id))
    return [CertificateView.model_validate(row) for row in rows]


def add_certificate(actor: Actor, work: Work, service_id: str, given: CertificateIn) -> CertificateView:
    """Show a certificate to clients that ask for one of its hosts; at once, where the service is published.

    Raises:
        NotFoundError: no such service, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:publish.
        InvalidInputError: key and certificate do not fit, it is weak or expired, or its names are not the service's.
        NoPlaceError: there are as many as the listener has places.
    """
    service = own_service(actor, work, service_id, Permission.SERVICE_PUBLISH)
    found = _checked(work, service, given, None)
    row = ServiceCertificate(
        id=work.ids.new("cert"),
        service_id=service.id,
        team_id=service.team_id,
        place=_free_place(work),
        created_at=work.clock.now(),
        created_by=actor.id,
    )
    _take(work, row, given, found)
    work.session.add(row)
    work.session.flush()
    return CertificateView.model_validate(row)


def renew_certificate(
    actor: Actor, work: Work, service_id: str, certificate_id: str, given: CertificateIn
) -> CertificateView:
    """Put another in its place, without a moment in which there is none. Raises as :func:`add_certificate`."""
    service = own_service(actor, work, service_id, Permission.SERVICE_PUBLISH)
    row = _find(work, service_id, certificate_id)
    _take(work, row, given, _checked(work, service, given, row))
    row.renewed_at, row.told_days = work.clock.now(), None
    work.session.flush()
    return CertificateView.model_validate(row)


def delete_certificate(actor: Actor, work: Work, service_id: str, certificate_id: str) -> None:
    """Show the gate's own certificate at its hosts again.

    Raises:
        NotFoundError: no such certificate, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:publish.
    """
    own_service(actor, work, service_id, Permission.SERVICE_PUBLISH)
    work.session.delete(_find(work, service_id, certificate_id))
    work.session.flush()


def published_certificates(work: Work) -> dict[str, tuple[HostCertificate, ...]]:
    """All certificates of hosts that are still their service's, by service."""
    found: dict[str, tuple[HostCertificate, ...]] = {}
    for row in _current(work):
        one = HostCertificate(
            id=row.id, hosts=tuple(row.hosts), chain_pem=row.chain_pem, sealed_key=row.sealed_key, place=row.place
        )
        found[row.service_id] = (*found.get(row.service_id, ()), one)
    return found


def tell_of_expiry(work: Work) -> int:
    """Leave notices where a certificate expires within 30, 7 or 1 days, once each; how many."""
    now = work.clock.now()
    query = select(ServiceCertificate).where(ServiceCertificate.not_after <= now + timedelta(days=max(TOLD_DAYS)))
    told = 0
    for row in work.session.scalars(query.order_by(ServiceCertificate.id)):
        days = next(days for days in TOLD_DAYS if row.not_after <= now + timedelta(days=days))
        if row.told_days is not None and row.told_days <= days:
            continue
        service = work.session.get_one(Service, row.service_id)
        verb = "expires" if row.not_after > now else "expired"
        text = (
            f"The certificate of {service.name} for {', '.join(row.hosts[:5])} {verb} on "
            f"{row.not_after:%Y-%m-%d %H:%M} UTC: renew it, or clients will refuse to connect."
        )
        tell(work, row.team_id, "certificate.expires", row.id, text, row.service_id)
        row.told_days = days
        told += 1
    work.session.flush()
    return told


def _find(work: Work, service_id: str, certificate_id: str) -> ServiceCertificate:
    row = work.session.get(ServiceCertificate, certificate_id)
    if row is None or row.service_id != service_id:
        raise NotFoundError("The service has no such certificate.")
    return row


def _checked(work: Work, service: Service, given: CertificateIn, before: ServiceCertificate | None) -> ReadCertificate:
    """The certificate, if the service may show it.

    A name that is another service's would have the gate show this certificate there: whoever may upload one could
    break, or take over, the other's host.
    """
    found = read_certificate(given.chain_pem, given.key_pem.get_secret_value(), work.clock.now())
    own = set(service.hosts)
    if service.selection == "host":
        own |= {host for version in version_repository.versions_of(work, service.id) for host in version.hosts}
    if not own:
        rule = "The service has no hosts of its own; name them first."
        raise InvalidInputError(rule, field="chain_pem")
    for name in found.hosts:
        if not any(covers(name, host.lower()) for host in own):
            rule = f"The certificate names {name}, which is no host of the service ({', '.join(sorted(own))})."
            raise InvalidInputError(rule, field="chain_pem")
    query = select(ServiceAddress.host).join(Service, Service.id == ServiceAddress.service_id)
    foreign = work.session.scalars(query.where(ServiceAddress.host != "", Service.team_id != service.team_id))
    taken = [host for host in foreign if any(covers(name, host.lower()) for name in found.hosts)]
    if taken:
        raise InvalidInputError(f"{taken[0]} is a host of another team's service.", field="chain_pem")
    _refuse_twice(work, found.hosts, before)
    return found


def _refuse_twice(work: Work, hosts: Iterable[str], before: ServiceCertificate | None) -> None:
    wanted = set(hosts)
    for row in _current(work):
        both = wanted & set(row.hosts)
        if both and (before is None or row.id != before.id):
            rule = f"There is a certificate for {min(both)} already; renew that one."
            raise ConflictError(rule, field="chain_pem")


def _current(work: Work) -> list[ServiceCertificate]:
    """Those of which the service still has a host: one that it gave up is free for others."""
    rows = list(work.session.scalars(select(ServiceCertificate).order_by(ServiceCertificate.place)))
    if not rows:
        return rows
    hosts: dict[str, list[str]] = {}
    for address in work.session.scalars(select(ServiceAddress).where(ServiceAddress.host != "")):
        hosts.setdefault(address.service_id, []).append(address.host.lower())
    return [
        row for row in rows if any(covers(name, host) for name in row.hosts for host in hosts.get(row.service_id, ()))
    ]


def _take(work: Work, row: ServiceCertificate, given: CertificateIn, found: ReadCertificate) -> None:
    row.hosts, row.issuer, row.fingerprint = list(found.hosts), found.issuer, found.fingerprint
    row.not_before, row.not_after = found.not_before, found.not_after
    row.chain_pem = given.chain_pem
    row.sealed_key = work.vault.seal(given.key_pem.get_secret_value())


def _free_place(work: Work) -> int:
    taken = set(work.session.scalars(select(ServiceCertificate.place)))
    place = next((one for one in range(1, MOST_CERTIFICATES + 1) if one not in taken), None)
    if place is None:
        raise NoPlaceError(f"The gate shows at most {MOST_CERTIFICATES} certificates of services' hosts.")
    return place
