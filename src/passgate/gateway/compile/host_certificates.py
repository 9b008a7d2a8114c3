"""The certificates of the listener: the gate's own, and those of services' hosts at their places."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from passgate.contracts.published_service import MOST_CERTIFICATES, PublishedService
from passgate.gateway.compile.pool_secrets import Opener
from passgate.gateway.envoy import names
from passgate.gateway.envoy.layout import NodeLayout
from passgate.gateway.envoy.names import JsonObject

_NOBODY = "nobody.passgate.invalid"


def listener_certificates(published: Iterable[PublishedService], layout: NodeLayout, open_: Opener) -> list[JsonObject]:
    """A secret for the gate and for each place; a place that is free holds a certificate for a name of nobody's.

    Raises:
        PassgateError: a key cannot be opened.
    """
    taken = {
        one.place: _certificate(one.chain_pem, open_(one.sealed_key))
        for service in published
        for one in service.certificates
    }
    # Read anew when its folder sees a rename, as certificate tools do. Each file watched takes an inotify instance, of
    # which Envoy dies at the 129th: the places have none.
    own = {
        "certificate_chain": {"filename": str(layout.tls_certificate)},
        "private_key": {"filename": str(layout.tls_key)},
    }
    places = range(1, MOST_CERTIFICATES + 1)
    return [
        {"name": names.LISTENER_CERTIFICATE, "tls_certificate": own},
        *(
            {"name": names.host_certificate(place), "tls_certificate": taken.get(place) or _nobodys_certificate()}
            for place in places
        ),
    ]


def _certificate(chain_pem: str, key_pem: str) -> JsonObject:
    return {"certificate_chain": {"inline_string": chain_pem}, "private_key": {"inline_string": key_pem}}


@cache
def _nobodys_certificate() -> JsonObject:
    """Fills a free place, which Envoy cannot leave empty.

    Its key is known to everybody, and its name is nobody's (RFC 2606 section 2). It is the same at each time and node,
    so that nothing is sent to Envoy anew.
    """
    key = ec.derive_private_key(int.from_bytes(sha256(_NOBODY.encode()).digest()[:31]), ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _NOBODY)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(_NOBODY)]), critical=False)
        .sign(key, hashes.SHA256(), ecdsa_deterministic=True)
    )
    encoding = serialization.Encoding.PEM
    private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return _certificate(certificate.public_bytes(encoding).decode(), private.decode())
