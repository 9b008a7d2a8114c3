"""``passgate jwt``: with libraries of other people on the other side."""

import io
import json
import time
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_public_key,
)

from passgate.cli.main import main
from sdk.issuer_stub import issuer

Capture = pytest.CaptureFixture[str]
_SECRET = "a secret of thirty-two bytes ..."


def run(capsys: Capture, *arguments: str) -> tuple[int, str, str]:
    code = main(["jwt", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.fixture(params=["ES256", "ES384", "RS256", "PS256", "EdDSA"])
def algorithm(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def key_files(tmp_path: Path, algorithm: str) -> tuple[Path, Path]:
    """A private key and its public part."""
    private: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
    if algorithm == "EdDSA":
        private = ed25519.Ed25519PrivateKey.generate()
    elif algorithm in {"RS256", "PS256"}:
        private = rsa.generate_private_key(65537, 2048)
    else:
        private = ec.generate_private_key(ec.SECP384R1() if algorithm == "ES384" else ec.SECP256R1())
    files = tmp_path / "private.pem", tmp_path / "public.pem"
    files[0].write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    files[1].write_bytes(private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return files


def test_a_secret_signs_what_pyjwt_verifies_and_the_other_way_round(capsys: Capture) -> None:
    code, token, err = run(capsys, "sign", '{"data": "user data"}', "--secret", _SECRET, "--expires-in", "1h")
    assert (code, err) == (0, "")
    claims = jwt.decode(token.strip(), _SECRET, algorithms=["HS256"])
    assert claims["data"] == "user data"
    assert abs(claims["exp"] - time.time() - 3600) < 60
    theirs = jwt.encode({"data": "theirs"}, _SECRET, algorithm="HS256")
    assert run(capsys, "verify", theirs, "--secret", _SECRET)[0] == 0
    code, out, _ = run(capsys, "verify", theirs, "--secret", _SECRET[::-1])
    assert code == 1
    assert "fail  Signature: The signature does not hold." in out


def test_a_short_secret_is_remarked(capsys: Capture, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secretKey\n")
    code, token, err = run(capsys, "sign", "{}", "--secret-file", str(tmp_path / "secret"))
    assert code == 0
    assert "9 bytes" in err
    assert run(capsys, "verify", token.strip(), "--secret", "secretKey")[0] == 0


def test_keys_of_every_algorithm(capsys: Capture, key_files: tuple[Path, Path], algorithm: str, tmp_path: Path) -> None:
    private, public = map(str, key_files)
    _, token, _ = run(capsys, "sign", '{"sub": "x"}', "--key", private, "--algorithm", algorithm, "--kid", "k1")
    pem = load_pem_public_key(key_files[1].read_bytes())
    assert jwt.decode(token.strip(), pem, algorithms=[algorithm]) == {"sub": "x"}  # type: ignore[arg-type]  # the key's own kind
    _, jwks, _ = run(capsys, "jwks", "--key", private, "--kid", "k1")
    assert '"d"' not in jwks
    if algorithm != "PS256":  # a PEM file does not say it, and RS256 is the usual one
        assert run(capsys, "verify", token.strip(), "--key", public)[0] == 0
        (tmp_path / "jwks.json").write_text(jwks)
        assert run(capsys, "verify", token.strip(), "--key", str(tmp_path / "jwks.json"))[0] == 0


def test_verify_as_an_access_token_for_machines(capsys: Capture) -> None:
    with issuer() as stub:
        token = stub.token()
        of = ("--jwks-url", f"{stub.url}/.well-known/jwks.json", "--access-token", "--json")
        code, out, _ = run(capsys, "verify", token, *of, "--issuer", stub.url, "--audience", "orders")
        assert (code, json.loads(out)["holds"]) == (0, True)
        code, out, _ = run(capsys, "verify", token, *of, "--audience", "billing")
        failed = [check["name"] for check in json.loads(out)["checks"] if check["outcome"] == "fail"]
        assert (code, failed) == (1, ["audience"])
        code, out, _ = run(capsys, "jwks", "--issuer", stub.url)
        assert json.loads(out)["keys"][0]["kid"] == "key_1"


def test_decode_reads_standard_input_and_says_that_it_checked_nothing(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(jwt.encode({"a": "ü"}, _SECRET) + "\n"))
    code, out, err = run(capsys, "decode", "-")
    assert (code, json.loads(out)["payload"], err) == (0, {"a": "ü"}, "Nothing of this was checked.\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["decode", "nonsense"], "This is no token"),
        (["sign", "[]", "--secret", "x"], "not one JSON object"),
        (["sign", '{"a": 1, "a": 2}', "--secret", "x"], "not one JSON object"),
        (["sign", "{}", "--secret", "x", "--expires-in", "soon"], "--expires-in"),
        (["sign", "{}", "--secret", "x", "--algorithm", "ES256"], "--algorithm"),
        (["sign", "{}", "--key", "/no/such/file"], "cannot be read"),
        (["verify", "a.b.c", "--key", __file__], "cannot be used"),
        (["verify", "a.b.c", "--jwks-url", "http://127.0.0.1:9/"], "gives no keys"),
        (["verify", "a.b.c", "--data", "/no/such/folder"], "There is no Passgate"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_1(capsys: Capture, arguments: list[str], said: str) -> None:
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (1, "")
    assert said in err
    assert err.count("\n") == 1
