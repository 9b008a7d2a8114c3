"""Whether the master key at hand is the one that the database's secrets are sealed under."""

from sqlalchemy import select

from passgate.identity.models import SigningKey
from passgate.kernel.sealing import sealing_key_of
from passgate.storage.master_key import FILE_NAME, MasterKeyError
from passgate.storage.work import Work


def require_master_key(work: Work) -> None:
    """See that a signing key opens, for there is always one; a database that has none yet is content with any key.

    Who restored a backup without its master key would have a Passgate that seems to run: it could sign no token, call
    no vendor, and would seal what is new under a key that was made a moment ago.

    Raises:
        MasterKeyError: none of them is sealed under a key that is here.
    """
    query = select(SigningKey.sealed_private_jwk).where(SigningKey.sealed_private_jwk.is_not(None))
    wanted = {sealing_key_of(sealed) for sealed in work.session.scalars(query) if sealed is not None}
    here = work.vault.renewed().keys.keys() | work.vault.keys.keys()
    if wanted and not wanted & here:
        raise MasterKeyError(
            f"The secrets of this database are sealed under the master key {', '.join(sorted(wanted))} (an id, not the "
            f"key), and the one at hand is another: put the right {FILE_NAME} into the data folder, or set "
            "PASSGATE_MASTER_KEY."
        )
