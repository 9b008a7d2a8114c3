"""Rules that the gate's safety rests on; publishing checks them for people, this checks them for the gate."""

import re

from passgate.contracts.gateway_snapshot import GatewaySnapshot
from passgate.gateway.compile.errors import UncompilableError
from passgate.gateway.compile.kept_parts import KeptParts
from passgate.gateway.compile.published_checks import check_published

SEPARATOR = "|"
_METADATA_KEY = re.compile(r"iss_[a-z0-9]+")


def check_snapshot(snapshot: GatewaySnapshot, kept: KeptParts | None = None) -> None:
    """Refuse a snapshot that breaks one of them.

    Args:
        snapshot: to check.
        kept: of earlier compilations, in which services were checked.

    Raises:
        UncompilableError: names the rule and the field.
    """
    if not snapshot.issuer or not snapshot.audience:
        raise UncompilableError("Issuer and audience must be set, or any token would do.", field="issuer")
    check_published(snapshot.published, snapshot.audience, kept or KeptParts())
    _check_issuers(snapshot)


def _check_issuers(snapshot: GatewaySnapshot) -> None:
    known = {snapshot.issuer}
    for position, issuer in enumerate(snapshot.trusted_issuers):
        where = f"trusted_issuers[{position}]"
        if issuer.issuer in known or SEPARATOR in issuer.issuer:
            raise UncompilableError(
                f"The trusted issuer {issuer.issuer!r} is known already, or holds {SEPARATOR!r}.",
                field=f"{where}.issuer",
            )
        known.add(issuer.issuer)
        if not issuer.keys or not issuer.audiences or not all(issuer.audiences):
            raise UncompilableError(
                f"The trusted issuer {issuer.id} needs keys and audiences, or any token would do.",
                field=f"{where}.audiences",
            )
        if not _METADATA_KEY.fullmatch(issuer.id):
            raise UncompilableError(f"The id {issuer.id!r} cannot be a metadata key.", field=f"{where}.id")
        if (issuer.application_claim is None) == (issuer.application_id is None):
            raise UncompilableError(f"Whose calls are those of {issuer.id}?", field=f"{where}.application_id")
