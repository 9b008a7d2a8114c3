"""Importing signing keys that were made elsewhere."""

from collections.abc import Mapping, Sequence

from passgate.identity import repository
from passgate.identity.errors import KeyRefusedError
from passgate.identity.keys.candidate import Candidate, read_candidates
from passgate.identity.keys.material import private_jwk, public_part
from passgate.identity.keys.policy import algorithm_for, check_kid
from passgate.identity.models import SigningKey
from passgate.identity.schemas import KeyImport
from passgate.identity.service.keys import check_algorithm, store_key
from passgate.kernel.actor import Actor
from passgate.kernel.errors import ConflictError
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work


def import_keys(actor: Actor, work: Work, given: KeyImport) -> Sequence[SigningKey]:
    """Take in a private key, or a set of them: each is published and becomes the next one of its algorithm.

    A next key that was made here steps back for it: it has signed nothing. Rotate for the imported one to sign.

    Raises:
        ForbiddenError: without the permission key:write.
        KeyRefusedError: the policy refuses a key; nothing is imported then.
        ConflictError: an imported key waits already to be the next one of that algorithm.
    """
    actor.require(Permission.KEY_WRITE)
    if given.algorithm is not None:
        check_algorithm(given.algorithm)
    passphrase = given.passphrase.get_secret_value() if given.passphrase else None
    candidates = read_candidates(given.key.get_secret_value(), passphrase)
    if given.kid is not None and len(candidates) > 1:
        raise KeyRefusedError("A kid names one key; the set has several.", code="key_kid", field="kid")
    repository.lock_keys(work)
    return [_import(actor, work, candidate, given) for candidate in candidates]


def _import(actor: Actor, work: Work, candidate: Candidate, given: KeyImport) -> SigningKey:
    algorithm = algorithm_for(candidate.key, candidate.algorithm, given.algorithm)
    kid = given.kid or candidate.kid or work.ids.new("key")
    check_kid(kid)
    numbers = _numbers(public_part(private_jwk(candidate.key, kid, algorithm)))
    for known in repository.every_signing_key(work):
        if known.kid == kid:
            raise KeyRefusedError(f"There is a key {kid} already.", code="key_kid_taken", field="kid")
        if _numbers(known.public_jwk) == numbers:
            raise KeyRefusedError(f"This is the key {known.kid}, which is {known.status}.", code="key_known")
    upcoming = repository.signing_key(work, algorithm, "next")
    if upcoming is not None and upcoming.origin == "imported":
        text = f"The imported key {upcoming.kid} waits to be the next one of {algorithm}; rotate or revoke it first."
        raise ConflictError(text, code="next_key_imported")
    if upcoming is not None:
        work.session.delete(upcoming)
        work.session.flush()
    return store_key(actor, work, candidate.key, kid, algorithm, origin="imported")


def _numbers(public_jwk: Mapping[str, str]) -> dict[str, str]:
    """What makes a key the key that it is, whatever it is called and used for (RFC 7638 section 3.2)."""
    return {name: value for name, value in public_jwk.items() if name in {"crv", "kty", "x", "y", "n", "e"}}
