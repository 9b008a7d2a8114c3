"""Self-signed certificates, renewed by rename as certificate tools do."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def write_certificate(folder: Path, name: str) -> None:
    """Writes tls.crt and tls.key for a host name and 127.0.0.1."""
    certificate, key = certificate_for(name)
    (folder / "new.crt").write_text(certificate)
    (folder / "new.key").write_text(key)
    (folder / "new.key").rename(folder / "tls.key")
    (folder / "new.crt").rename(folder / "tls.crt")


def certificate_for(
    *hosts: str, days: float = 1, key: Any = None, of_age: float = 1 / 24, now: datetime | None = None
) -> tuple[str, str]:
    """A certificate and its key, in PEM form, for host names and 127.0.0.1."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    name = hosts[0]
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = now or datetime.now(UTC)
    names = [*map(x509.DNSName, hosts), x509.IPAddress(ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=of_age))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    private = key.private_bytes(encoding, form, serialization.NoEncryption())
    return certificate.public_bytes(encoding).decode(), private.decode()
