"""Tokens as attackers make them, and the verdicts on them: of Envoy, and of the strict verifier."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from sdk.signing import encoded, signed_bytes
from wire.tokens import AUDIENCE, Issuer

Make = Callable[[Issuer], str]
Verdict = Literal["accepted", "refused"]
ORDER_OF_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@dataclass(frozen=True)
class Attack:
    make: Make
    verdict: Verdict = "refused"
    """Of the strict verifier, and so of the SDK."""
    envoys: Verdict | None = None
    """Where it differs; docs/tokens.md says why that does no harm."""


def with_header(**changes: Any) -> Make:
    return lambda issuer: raw(issuer, header=_changed(good_header(issuer), changes))


def with_claims(**changes: Any) -> Make:
    return lambda issuer: raw(issuer, claims=_changed(issuer.claims(), changes))


def with_payload(change: Callable[[str], bytes]) -> Make:
    return lambda issuer: raw(issuer, payload=change(json.dumps(issuer.claims())))


def spelled(change: Callable[[str], str]) -> Make:
    return lambda issuer: change(raw(issuer))


def good_header(issuer: Issuer) -> dict[str, Any]:
    return {"alg": "ES256", "typ": "at+jwt", "kid": issuer.kid}


def raw(
    issuer: Issuer,
    *,
    header: dict[str, Any] | bytes | None = None,
    claims: dict[str, Any] | None = None,
    payload: bytes | None = None,
    key: Any = None,
) -> str:
    """A token with a good signature of the issuer's own key over whatever it holds."""
    head = header if isinstance(header, bytes) else json.dumps(header or good_header(issuer)).encode()
    body = payload if payload is not None else json.dumps(claims or issuer.claims()).encode()
    return signed_bytes(head, body, key or issuer.key)


def _changed(document: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**document, **changes}.items() if value is not None}


def _unsigned(alg: str, signature: str = "") -> Make:
    def make(issuer: Issuer) -> str:
        head, body = json.dumps(good_header(issuer) | {"alg": alg}), json.dumps(issuer.claims())
        return f"{encoded(head.encode())}.{encoded(body.encode())}.{signature}"

    return make


def _hmac_with(secret: Callable[[Issuer], bytes], **header: Any) -> Make:
    def make(issuer: Issuer) -> str:
        head = _changed(good_header(issuer) | {"alg": "HS256"}, header)
        text = f"{encoded(json.dumps(head).encode())}.{encoded(json.dumps(issuer.claims()).encode())}"
        return f"{text}.{encoded(hmac.new(secret(issuer), text.encode(), hashlib.sha256).digest())}"

    return make


def _with_signature(signature: bytes) -> Make:
    return spelled(lambda token: f"{token.rpartition('.')[0]}.{encoded(signature)}")


def _own_key_embedded(**header: Any) -> Make:
    def make(issuer: Issuer) -> str:
        mine = Issuer("mine").key
        head = good_header(issuer) | {"jwk": mine.as_dict(private=False)} | header
        return raw(issuer, header=_changed(head, {}), key=mine)

    return make


def twin_signature(token: str) -> str:
    """The other signature that ECDSA holds valid for the same text: (r, n - s)."""
    text, signature = token.rsplit(".", 1)
    pair = base64.urlsafe_b64decode(signature + "==")
    return f"{text}.{encoded(pair[:32] + (ORDER_OF_P256 - int.from_bytes(pair[32:])).to_bytes(32))}"


def _twice(name: str, value: str) -> Make:
    return with_payload(lambda text: text.replace("{", f'{{"{name}": "{value}", ', 1).encode())


def _expiring(text: str) -> Make:
    return lambda issuer: raw(
        issuer, payload=json.dumps(issuer.claims(exp=None)).replace("{", f'{{"exp": {text}, ', 1).encode()
    )


ATTACKS: dict[str, Attack] = {
    "a good token": Attack(raw, "accepted"),
    # The signature is left out or borrowed (RFC 8725 sections 2.1, 3.1).
    "alg none": Attack(_unsigned("none")),
    "alg nOnE": Attack(_unsigned("nOnE")),
    "alg none, a signature": Attack(_unsigned("none", "AAAA")),
    "no signature": Attack(spelled(lambda token: token.rpartition(".")[0] + ".")),
    "two parts": Attack(spelled(lambda token: token.rpartition(".")[0])),
    "alg missing": Attack(with_header(alg=None)),
    "alg of another kind": Attack(with_header(alg="RS256")),
    "alg ES384 with this key": Attack(with_header(alg="ES384")),
    "alg a list": Attack(with_header(alg=["ES256"])),
    "HS256 with the public key, PEM": Attack(_hmac_with(lambda issuer: issuer.key.as_pem(private=False))),
    "HS256 with the public key, JWK": Attack(_hmac_with(lambda issuer: json.dumps(issuer.public).encode())),
    "HS256 with the public key, no kid": Attack(_hmac_with(lambda issuer: issuer.key.as_pem(private=False), kid=None)),
    "HS256 with nothing": Attack(_hmac_with(lambda _: b"")),
    "psychic signature": Attack(_with_signature(bytes(64))),
    "psychic signature, r = s = n": Attack(_with_signature(ORDER_OF_P256.to_bytes(32) * 2)),
    "DER signature": Attack(_with_signature(b"\x30\x06\x02\x01\x01\x02\x01\x01")),
    "signature too long": Attack(_with_signature(b"\x01" * 65)),
    "signature of another key": Attack(lambda issuer: raw(issuer, key=Issuer("x").key)),
    "payload exchanged": Attack(
        lambda issuer: ".".join(
            [raw(issuer).split(".")[0], raw(issuer, claims=issuer.claims(sub="root")).split(".")[1], raw(issuer)[-86:]]
        )
    ),
    # The key is named or brought along by the attacker (sections 2.10, 3.10).
    "kid unknown": Attack(with_header(kid="elsewhere")),
    "kid a path": Attack(with_header(kid="../../../../dev/null")),
    "kid an SQL injection": Attack(with_header(kid="' UNION SELECT 'x' --")),
    "kid a number": Attack(with_header(kid=0)),
    "kid a list": Attack(with_header(kid=["key-1"])),
    "no kid": Attack(with_header(kid=None)),
    "own key embedded": Attack(_own_key_embedded()),
    "own key embedded, its kid": Attack(_own_key_embedded(kid="mine")),
    "own key embedded, no kid": Attack(_own_key_embedded(kid=None)),
    "key embedded": Attack(lambda issuer: raw(issuer, header=good_header(issuer) | {"jwk": issuer.public})),
    "x5t": Attack(with_header(x5t="AAAA")),
    "x5t#S256": Attack(with_header(**{"x5t#S256": "AAAA"})),
    "b64 without crit": Attack(with_header(b64=False)),
    "cty": Attack(with_header(cty="JWT")),
    "jku": Attack(with_header(jku="https://evil.example/jwks.json")),
    "x5u": Attack(with_header(x5u="https://evil.example/chain.pem")),
    "x5c": Attack(with_header(x5c=["MIIB"])),
    # What a verifier must understand or refuse (RFC 7515 section 4.1.11, RFC 7797).
    "crit unknown": Attack(with_header(crit=["evil"], evil=1)),
    "crit empty": Attack(with_header(crit=[])),
    "crit b64 false": Attack(with_header(crit=["b64"], b64=False)),
    "zip": Attack(with_header(zip="DEF")),
    # Parsers that read one token in two ways.
    "alg twice": Attack(
        lambda issuer: raw(
            issuer, header=b'{"alg":"none","alg":"ES256","typ":"at+jwt","kid":"%b"}' % issuer.kid.encode()
        )
    ),
    "sub twice": Attack(_twice("sub", "admin")),
    "aud twice": Attack(_twice("aud", AUDIENCE)),
    "half a surrogate pair": Attack(with_payload(lambda text: text.replace("user_ada", "\\ud800").encode())),
    "byte order mark": Attack(with_payload(lambda text: b"\xef\xbb\xbf" + text.encode())),
    "UTF-16": Attack(with_payload(lambda text: text.encode("utf-16"))),
    "Latin-1": Attack(with_payload(lambda text: text.replace("user_ada", "user_\xe4").encode("latin-1"))),
    "nested without end": Attack(
        with_payload(lambda text: text.replace("{", '{"x": ' + "[" * 2000 + "]" * 2000 + ", ", 1).encode())
    ),
    "payload a list": Attack(with_payload(lambda text: f"[{text}]".encode())),
    "payload two objects": Attack(with_payload(lambda text: f"{text}{{}}".encode())),
    "NUL behind": Attack(with_payload(lambda text: text.encode() + b"\0")),
    "a megabyte": Attack(with_claims(filler="x" * 1_000_000)),
    "larger than 8 KiB": Attack(with_claims(filler="x" * 7000), envoys="accepted"),
    # One token in several spellings.
    "padding": Attack(spelled(lambda token: token + "=="), envoys="accepted"),
    "padding of one": Attack(spelled(lambda token: token + "=")),
    "unused bits set": Attack(
        spelled(lambda token: token[:-1] + _ALPHABET[_ALPHABET.index(token[-1]) + 1]), envoys="accepted"
    ),
    "a dot at its front": Attack(spelled(lambda token: f".{token}"), envoys="accepted"),
    "a dot at its end": Attack(spelled(lambda token: f"{token}."), envoys="accepted"),
    "a dot doubled": Attack(spelled(lambda token: token.replace(".", "..", 1)), envoys="accepted"),
    "the other signature of ECDSA": Attack(spelled(twin_signature), "accepted"),
    "a letter of base64": Attack(spelled(lambda token: token.replace("_", "/").replace("-", "+") + "+/")),
    "four parts": Attack(spelled(lambda token: token + ".e30")),
    "five parts": Attack(spelled(lambda token: token + ".e30.e30")),
    "JSON serialization": Attack(
        spelled(
            lambda token: json.dumps(
                dict(zip(("protected", "payload", "signature"), token.split("."), strict=True)), separators=(",", ":")
            )
        )
    ),
    # Tokens of another purpose (section 3.11).
    "typ JWT": Attack(with_header(typ="JWT")),
    "typ logout+jwt": Attack(with_header(typ="logout+jwt")),
    "typ missing": Attack(with_header(typ=None)),
    "typ a number": Attack(with_header(typ=1)),
    "typ in other letters": Attack(with_header(typ="AT+JWT"), "accepted"),
    "typ as a media type": Attack(with_header(typ="application/at+jwt"), "accepted"),
    "audience of an ID token": Attack(with_claims(aud="app_one")),
    "audience with another end": Attack(with_claims(aud=f"{AUDIENCE}/"), envoys="accepted"),
    "audience with another scheme": Attack(with_claims(aud=AUDIENCE.replace("https", "http")), envoys="accepted"),
    "audience in other letters": Attack(with_claims(aud=AUDIENCE.upper())),
    "audience among others": Attack(with_claims(aud=["https://elsewhere.example", AUDIENCE]), "accepted"),
    "audience missing": Attack(with_claims(aud=None)),
    "audience an object": Attack(with_claims(aud={AUDIENCE: 1})),
    "issuer like ours": Attack(with_claims(iss="https://gate.example/")),
    "issuer missing": Attack(with_claims(iss=None)),
    # Times.
    "exp missing": Attack(with_claims(exp=None)),
    "exp passed": Attack(lambda issuer: raw(issuer, claims=issuer.claims(exp=int(time.time()) - 60))),
    "exp as text": Attack(lambda issuer: raw(issuer, claims=issuer.claims(exp=str(int(time.time()) + 600)))),
    "exp NaN": Attack(_expiring("NaN")),
    "exp Infinity": Attack(_expiring("Infinity")),
    "exp 1e400": Attack(_expiring("1e400")),
    "exp 1e308": Attack(_expiring("1e308")),
    "exp true": Attack(_expiring("true")),
    "exp negative": Attack(_expiring("-1")),
    "nbf ahead": Attack(lambda issuer: raw(issuer, claims=issuer.claims(nbf=int(time.time()) + 600))),
    "nbf as text": Attack(with_claims(nbf="1")),
    "iat ahead": Attack(
        lambda issuer: raw(issuer, claims=issuer.claims(iat=int(time.time()) + 600)), envoys="accepted"
    ),
    "iat as text": Attack(with_claims(iat="1")),
    "iat missing": Attack(with_claims(iat=None)),
    # Claims that the deny list and the registry go by.
    "jti missing": Attack(with_claims(jti=None)),
    "jti empty": Attack(with_claims(jti="")),
    "jti a number": Attack(with_claims(jti=7)),
    "sub missing": Attack(with_claims(sub=None)),
    "client_id missing": Attack(with_claims(client_id=None)),
    "scope a list": Attack(with_claims(scope=["read"]), envoys="accepted"),
}
