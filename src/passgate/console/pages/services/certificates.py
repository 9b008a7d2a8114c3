"""Certificates of a service's own hosts."""

from datetime import datetime, timedelta
from functools import partial

from passgate.console.components.badge import Tone
from passgate.console.components.button import button
from passgate.console.components.card import card, card_head
from passgate.console.components.confirm import confirm
from passgate.console.components.dialog import form_dialog
from passgate.console.components.empty import empty, next_step
from passgate.console.components.field import text_field
from passgate.console.components.form import Form
from passgate.console.components.table import Column, Row, Table, act, tag
from passgate.console.formatting import counted
from passgate.console.visit import Visit
from passgate.publishing.certificates.schemas import CertificateIn, CertificateView
from passgate.publishing.certificates.service import (
    TOLD_DAYS,
    add_certificate,
    delete_certificate,
    list_certificates,
    renew_certificate,
)
from passgate.publishing.schemas import ServiceView

_COLUMNS = (
    Column("name", "Hosts", "main"),
    Column("ends", "Expires", "badge"),
    Column("fingerprint", "SHA-256", "code"),
    Column("actions", "Actions", "actions"),
)
_SHOWN = 16


async def certificates_card(visit: Visit, service: ServiceView, *, may_publish: bool) -> None:
    """The card, of a service with hosts of its own."""
    found = await visit.ask(list_certificates, service.id)

    async def done(certificate_id: str, what: str) -> None:
        one = next(each for each in found if each.id == certificate_id)
        if what == "renew":
            _ask(visit, service, one)
        else:
            text = "Clients of its hosts see the gate's own certificate then, and most will refuse to connect."
            confirm("Take the certificate away?", text, "Take away", partial(_delete, visit, service, one))

    def add() -> None:
        _ask(visit, service, None)

    with card(flush=True):
        lead = "Shown to clients that ask for one of the service's hosts, where the gate speaks TLS itself."
        with card_head("Certificates", lead):
            if may_publish and found:
                button("Add certificate", add, icon="plus")
        if found:
            now = visit.console.storage.clock.now()
            Table(
                _COLUMNS, [_row(one, now, may_publish=may_publish) for one in found], label="Certificates", on_act=done
            )
        else:
            text = f"{', '.join(service.hosts)}: clients see the gate's own certificate."
            empty("key", "No certificates yet", text, next_step("Add certificate", add) if may_publish else None)


def _row(one: CertificateView, now: datetime, *, may_publish: bool) -> Row:
    of = one.hosts[0]
    return {
        "id": one.id,
        "name": ", ".join(one.hosts),
        "sub": f"{one.issuer}, until {one.not_after:%d %b %Y}",
        "ends": _end(one.not_after, now),
        "fingerprint": one.fingerprint[:_SHOWN],
        "actions": [act("renew", "Renew", of=of), act("delete", "Take away", of=of, tone="bad")] if may_publish else [],
    }


def _end(moment: datetime, now: datetime) -> dict[str, object]:
    """The day; from the first notice on what is left."""
    left = moment - now
    if left > timedelta(days=max(TOLD_DAYS)):
        return tag(f"{moment:%d %b %Y}")
    tone: Tone = "warn" if left > timedelta(days=sorted(TOLD_DAYS)[1]) else "bad"
    return tag(_left(left), tone, dot=True)


def _left(time: timedelta) -> str:
    if time <= timedelta(0):
        return "expired"
    return f"{counted(time.days, 'day')} left" if time.days else "hours left"


def _ask(visit: Visit, service: ServiceView, one: CertificateView | None) -> None:
    async def save(form: Form) -> None:
        given = CertificateIn.model_validate({name: form[name] or "" for name in ("chain_pem", "key_pem")})
        if one is None:
            saved = await visit.change(add_certificate, service.id, given)
        else:
            saved = await visit.change(renew_certificate, service.id, one.id, given)
        left = saved.not_after - visit.console.storage.clock.now()
        soon = f" {_left(left).capitalize()}: renew it soon." if left <= timedelta(days=max(TOLD_DAYS)) else ""
        visit.tell(f"New connections see the certificate; open ones go on.{soon}")
        await visit.refresh()

    title = "Add certificate" if one is None else f"Renew the certificate of {one.hosts[0]}"
    with form_dialog(title, "In PEM form; the key is sealed at once, and never shown again.", "Save", save) as form:
        help_text = "The host's own certificate first, then each that signed the last."
        form.add("chain_pem", text_field("Certificate chain", lines=6, help_text=help_text))
        form.add("key_pem", text_field("Private key", lines=4))


async def _delete(visit: Visit, service: ServiceView, one: CertificateView) -> None:
    await visit.change(delete_certificate, service.id, one.id)
    await visit.refresh()
