"""What must hold of an upstream's pool as it is given, beyond what its fields' types say."""

import re

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from passgate.contracts.upstream_pool import CircuitLimits, HashKey
from passgate.kernel.errors import InvalidInputError
from passgate.publishing.definition_input import PoolIn, TlsIn
from passgate.publishing.policy_checks import check_claim_name, check_header_name, check_token
from passgate.publishing.upstream_url import checked_host_header, is_host

_PATH = re.compile(r"/[\x21-\x7e]{0,499}")
_MOST_OPEN = 4_294_967_295
"""Envoy counts in 32 bits."""


def check_pool(pool: PoolIn, field: str) -> None:
    """Refuse what Envoy could not use, while the client's key is still in clear.

    Raises:
        InvalidInputError: names the field, such as ``pools.0.tls.ca_pem``, and the rule.
    """
    if pool.host_header is not None:
        try:
            checked_host_header(pool.host_header)
        except ValueError as error:
            raise InvalidInputError(f"{error}.".capitalize(), field=f"{field}.host_header") from None
    if pool.hash_key is not None:
        _check_hash_key(pool.hash_key, f"{field}.hash_key.name")
    if pool.balance == "hash" and pool.hash_key is None:
        raise InvalidInputError("Say what calls are hashed by.", field=f"{field}.hash_key")
    if pool.health is not None and not _PATH.fullmatch(pool.health.path):
        rule = "A path starts with /, and has neither blanks nor control characters."
        raise InvalidInputError(rule, field=f"{field}.health.path")
    _check_circuit(pool.circuit, f"{field}.circuit")
    for at, credential in enumerate(pool.credentials):
        check_header_name(credential.header, f"{field}.credentials.{at}.header")
        value = credential.value.get_secret_value() if credential.value is not None else ""
        if not value.isprintable():
            rule = "The value has characters that no header may have."
            raise InvalidInputError(rule, field=f"{field}.credentials.{at}.value")
    if pool.tls is not None:
        _check_tls(pool.tls, f"{field}.tls")


def _check_hash_key(key: HashKey, field: str) -> None:
    if (key.source == "ip") == bool(key.name):
        rule = "Name the header, cookie or claim to hash by; an ip has no name."
        raise InvalidInputError(rule, field=field)
    if key.source == "claim":
        check_claim_name(key.name, field)
    elif key.source != "ip":
        check_token(key.name, field)


def _check_circuit(limits: CircuitLimits, field: str) -> None:
    for name in CircuitLimits.model_fields:
        if getattr(limits, name) > _MOST_OPEN:
            raise InvalidInputError(f"At most {_MOST_OPEN:,} can be said.", field=f"{field}.{name}")


def _check_tls(tls: TlsIn, field: str) -> None:
    if tls.server_name is not None and not is_host(tls.server_name):
        raise InvalidInputError("A server name is a host name.", field=f"{field}.server_name")
    if tls.ca_pem is not None:
        _certificates(tls.ca_pem, f"{field}.ca_pem")
    has_key = tls.client_key_pem is not None or tls.client_key_secret is not None
    if (tls.client_certificate_pem is not None) != has_key:
        rule = "A client's certificate and its key come together."
        raise InvalidInputError(rule, field=f"{field}.client_certificate_pem")
    if tls.client_certificate_pem is None:
        return
    leaf = _certificates(tls.client_certificate_pem, f"{field}.client_certificate_pem")[0]
    if tls.client_key_pem is not None and _public_key(tls, field) != leaf.public_key():
        raise InvalidInputError("The key is not the certificate's.", field=f"{field}.client_key_pem")


def _certificates(pem: str, field: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(pem.encode())
    except ValueError:
        raise InvalidInputError("It holds no certificate in PEM form (RFC 7468).", field=field) from None


def _public_key(tls: TlsIn, field: str) -> PublicKeyTypes:
    pem = tls.client_key_pem.get_secret_value() if tls.client_key_pem is not None else ""
    try:
        return load_pem_private_key(pem.encode(), password=None).public_key()
    except (ValueError, TypeError):
        rule = "It holds no private key in PEM form without a password."
        raise InvalidInputError(rule, field=f"{field}.client_key_pem") from None
