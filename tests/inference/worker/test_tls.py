import ipaddress
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fake_vendor import FakeVendor, openai_chat
from inference.worker.running_worker import RunningWorker, config, deployment, model, provider

PATH = "/v1/chat/completions"
CHAT: dict[str, Any] = {"model": "gpt", "messages": [{"role": "user", "content": "Hi"}]}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate of the loopback address, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "fake vendor")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "vendor.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return file


@pytest.fixture
def secure_vendor(certificate: Path) -> Iterator[FakeVendor]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with FakeVendor(tls=context) as vendor:
        vendor.reply(PATH, openai_chat())
        yield vendor


def test_a_certificate_that_nobody_vouches_for_gets_no_request(tmp_path: Path, secure_vendor: FakeVendor) -> None:
    worker = RunningWorker(tmp_path)
    worker.configure(config([provider("oa", secure_vendor.url)], [model("gpt", deployment("oa"))]))
    with worker:
        answer = worker.call(PATH, CHAT)
    assert (answer.status, answer.json()["error"]["code"]) == (502, "vendor_unreachable")
    assert secure_vendor.requests == []


def test_a_private_authority_can_be_trusted(tmp_path: Path, secure_vendor: FakeVendor, certificate: Path) -> None:
    only_certificate = tmp_path / "ca.pem"
    only_certificate.write_text(certificate.read_text().split("-----BEGIN PRIVATE KEY")[0])
    worker = RunningWorker(tmp_path, ca_file=only_certificate)
    worker.configure(config([provider("oa", secure_vendor.url)], [model("gpt", deployment("oa"))]))
    with worker:
        assert worker.call(PATH, CHAT).status == 200
