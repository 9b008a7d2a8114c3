"""A chain and a key as a client would judge them: form, fit, strength, time and names (RFC 5280, RFC 6125)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID

from passgate.kernel.errors import InvalidInputError

_SHORTEST_RSA = 2048
_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
_WEAK = (hashes.MD5, hashes.SHA1)
_MOST_CERTIFICATES = 10
_CLOCKS = timedelta(minutes=5)
"""By which clocks may differ."""


@dataclass(frozen=True, slots=True)
class ReadCertificate:
    """What a good chain says."""

    hosts: tuple[str, ...]
    """DNS names, in lower case; ``*.shop.example`` stands for one label."""
    issuer: str
    fingerprint: str
    not_before: datetime
    not_after: datetime


def read_certificate(chain_pem: str, key_pem: str, now: datetime) -> ReadCertificate:
    """The certificate of a chain.

    Raises:
        InvalidInputError: names the field and what a client, or Envoy, would not take.
    """
    chain = _chain(chain_pem)
    leaf = chain[0]
    _check_key(leaf, key_pem)
    if leaf.not_valid_after_utc <= now:
        raise _refused(f"The certificate expired on {leaf.not_valid_after_utc:%Y-%m-%d}.")
    if leaf.not_valid_before_utc > now + _CLOCKS:
        raise _refused(f"The certificate holds only from {leaf.not_valid_before_utc:%Y-%m-%d %H:%M} UTC on.")
    _check_use(leaf)
    for at, one in enumerate(chain):
        if isinstance(one.signature_hash_algorithm, _WEAK) and one.issuer != one.subject:
            raise _refused(f"Certificate {at + 1} of the chain is signed with a hash that clients refuse.")
    for at, (one, above) in enumerate(pairwise(chain)):
        _check_link(one, above, at)
    return ReadCertificate(
        hosts=_hosts(leaf),
        issuer=(leaf.issuer.rfc4514_string() or "nobody")[:200],
        fingerprint=leaf.fingerprint(hashes.SHA256()).hex(),
        not_before=leaf.not_valid_before_utc,
        not_after=leaf.not_valid_after_utc,
    )


def covers(name: str, host: str) -> bool:
    """Whether a name of a certificate stands for a host; a wildcard for one label (RFC 6125 section 6.4.3)."""
    if name == host:
        return True
    first, _, rest = host.partition(".")
    return bool(first) and name.startswith("*.") and name[2:] == rest


def _chain(pem: str) -> list[x509.Certificate]:
    try:
        chain = x509.load_pem_x509_certificates(pem.encode())
    except ValueError:
        raise _refused("It holds no certificate in PEM form (RFC 7468).") from None
    if len(chain) > _MOST_CERTIFICATES:
        raise _refused(f"A chain has at most {_MOST_CERTIFICATES} certificates.")
    return chain


def _check_key(leaf: x509.Certificate, key_pem: str) -> None:
    try:
        key = load_pem_private_key(key_pem.encode(), password=None)
    except (ValueError, TypeError):
        rule = "It holds no private key in PEM form without a password."
        raise InvalidInputError(rule, field="key_pem") from None
    if isinstance(key, rsa.RSAPrivateKey):
        strong = key.key_size >= _SHORTEST_RSA
    else:
        strong = isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, _CURVES)
    if not strong:
        rule = f"A key is RSA of {_SHORTEST_RSA} bits and more, or an elliptic curve P-256, P-384 or P-521."
        raise InvalidInputError(rule, field="key_pem")
    if key.public_key() != leaf.public_key():
        raise InvalidInputError("The key is not that of the chain's first certificate.", field="key_pem")


def _check_use(leaf: x509.Certificate) -> None:
    try:
        used = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return
    if ExtendedKeyUsageOID.SERVER_AUTH not in used and ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE not in used:
        raise _refused("The first certificate is not for servers (extended key usage).")


def _check_link(one: x509.Certificate, above: x509.Certificate, at: int) -> None:
    try:
        one.verify_directly_issued_by(above)
    except (ValueError, TypeError, InvalidSignature):
        rule = f"Certificate {at + 1} of the chain was not signed by the one after it."
        raise _refused(rule) from None


def _hosts(leaf: x509.Certificate) -> tuple[str, ...]:
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        raise _refused("The certificate names no host (subject alternative name).") from None
    hosts = dict.fromkeys(name.lower() for name in names.get_values_for_type(x509.DNSName))
    if not hosts:
        raise _refused("The certificate names no host (subject alternative name).")
    return tuple(hosts)


def _refused(rule: str) -> InvalidInputError:
    return InvalidInputError(rule, field="chain_pem")
