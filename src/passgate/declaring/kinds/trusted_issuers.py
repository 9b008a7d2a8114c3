"""Trusted issuers."""

from collections.abc import Iterable

from sqlalchemy import select

from passgate.declaring.authority_documents import TrustedIssuerDocument
from passgate.declaring.desk import Desk
from passgate.declaring.documents import ApplicationRef
from passgate.declaring.kinds.kind import Kind
from passgate.identity.issuers import trusted
from passgate.identity.issuers.models import TrustedIssuer
from passgate.identity.issuers.schemas import TrustedIssuerChange, TrustedIssuerIn
from passgate.kernel.errors import InvalidInputError

_PLAIN = ("name", "jwks_uri", "audiences", "algorithms", "token_type", "required_claims", "needs_jti", "is_enabled")


class TrustedIssuerKind(Kind[TrustedIssuerDocument]):
    """Issuers of others whose tokens pass the gate."""

    name = "TrustedIssuer"

    def find(self, desk: Desk, given: TrustedIssuerDocument) -> str | None:
        """By what it is called in its tokens."""
        return issuer_id(desk, given.issuer)

    def present(self, desk: Desk, object_id: str) -> TrustedIssuerDocument:
        """What it says, less whom it blocks."""
        view = trusted.get_trusted_issuer(desk.actor, desk.work, object_id)
        applications = {value: _ref(desk, one, view.name) for value, one in view.applications.items()}
        return TrustedIssuerDocument(
            kind="TrustedIssuer",
            issuer=view.issuer,
            application=None if view.application_id is None else _ref(desk, view.application_id, view.name),
            application_claim=view.application_claim,
            applications=dict(sorted(applications.items())),
            **{name: getattr(view, name) for name in _PLAIN},
        )

    def export(self, desk: Desk, object_id: str) -> TrustedIssuerDocument:
        """With a note where subjects are blocked."""
        found = self.present(desk, object_id)
        blocked = len(trusted.get_trusted_issuer(desk.actor, desk.work, object_id).blocked)
        if blocked:
            desk.notes.append(f"The trusted issuer {found.name}: not said are {blocked} blocked subjects.")
        return found

    def make(self, desk: Desk, wanted: TrustedIssuerDocument) -> str:
        """Trust it, with the keys that were fetched beforehand."""
        seen = desk.seen.get(wanted.issuer)
        if seen is None:
            raise InvalidInputError("The issuer was not asked for its keys; apply again.", field="issuer")
        given = TrustedIssuerIn.model_validate(
            {**_plain(wanted), "issuer": wanted.issuer, **self._mapping(desk, wanted)}
        )
        return trusted.create_trusted_issuer(desk.actor, desk.work, given, seen, desk.own_issuer).id

    def change(self, desk: Desk, object_id: str, wanted: TrustedIssuerDocument, present: TrustedIssuerDocument) -> None:
        """Change what differs: another place of its keys has them fetched anew."""
        given = {
            name: value for name, value in _plain(wanted).items() if getattr(present, name) != getattr(wanted, name)
        }
        mapping = ("application", "application_claim", "applications")
        if any(getattr(wanted, name) != getattr(present, name) for name in mapping):
            given |= self._mapping(desk, wanted)
        change = TrustedIssuerChange.model_validate(given)
        trusted.update_trusted_issuer(desk.actor, desk.work, object_id, change)

    def remove(self, desk: Desk, object_id: str) -> None:
        """Trust it no longer."""
        trusted.delete_trusted_issuer(desk.actor, desk.work, object_id)

    def listed(self, desk: Desk) -> Iterable[str]:
        """All."""
        return [view.id for view in trusted.list_trusted_issuers(desk.actor, desk.work)]

    @staticmethod
    def _mapping(desk: Desk, wanted: TrustedIssuerDocument) -> dict[str, object]:
        def found(ref: ApplicationRef, field: str) -> str:
            return desk.known_application_id(ref, field=field)

        one = wanted.application
        return {
            "application_id": None if one is None else found(one, "application"),
            "application_claim": wanted.application_claim,
            "applications": {value: found(ref, f"applications.{value}") for value, ref in wanted.applications.items()},
        }


def issuer_id(desk: Desk, issuer: str) -> str | None:
    """The id of the issuer that is trusted already; None: it is not."""
    return desk.work.session.scalar(select(TrustedIssuer.id).where(TrustedIssuer.issuer == issuer))


def _plain(wanted: TrustedIssuerDocument) -> dict[str, object]:
    return {name: value for name, value in wanted.model_dump(mode="json").items() if name in _PLAIN}


def _ref(desk: Desk, application_id: str, issuer: str) -> ApplicationRef:
    found = desk.application_ref(application_id)
    if found is None:
        raise InvalidInputError(f"The trusted issuer {issuer} names an application that is gone.", field="applications")
    return found
