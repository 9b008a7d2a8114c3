"""What ``passgate jwt …`` does, with the SDK's own signing and checking."""

import argparse
import json
import re
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from passgate.kernel.errors import InvalidInputError, NotFoundError
from passgate.sdk.explanation import CheckResult, explain
from passgate.sdk.fetching import FetchError, http_fetch
from passgate.sdk.given_key import for_token, public_keys_of, secret_notes, usual_algorithm
from passgate.sdk.issuer_state import JWKS_PATH
from passgate.sdk.rules import ACCESS_TOKEN_CLAIMS, Rules, any_jwt
from passgate.sdk.signing_key import SigningKey
from passgate.sdk.strict_json import strict_object
from passgate.sdk.verification_key import KeyUnusableError, VerificationKey

EXIT_DOES_NOT_HOLD = 1

_DURATION = re.compile(r"(\d{1,9})([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_TIMEOUT = 10.0


def sign(options: argparse.Namespace) -> int:
    """Sign claims."""
    try:
        claims = strict_object(_argument(options.claims).encode())
    except ValueError as error:
        raise InvalidInputError(f"The claims are not one JSON object: {error}.", field="claims") from None
    if options.expires_in is not None:
        claims["exp"] = int(time.time()) + _seconds(options.expires_in)
    key = _signing_key(options)
    print(key.sign(claims, typ=options.typ))
    return 0


def verify(options: argparse.Namespace) -> int:
    """Check a token, and print each check."""
    token = _argument(options.token).strip()
    found, notes = _explained(options, token)
    holds = all(check.outcome == "pass" for check in found)
    for note in notes:
        print(note, file=sys.stderr)
    if options.json:
        fields = ("name", "title", "outcome", "reason", "code")
        checks = [{name: getattr(check, name) for name in fields} for check in found]
        print(json.dumps({"holds": holds, "checks": checks}))
    else:
        for check in found:
            print(f"{check.outcome:<4}  {check.title}: {check.reason}")
        print("The token holds." if holds else "The token does not hold.")
    return 0 if holds else EXIT_DOES_NOT_HOLD


def decode(options: argparse.Namespace) -> int:
    """Print header and payload."""
    found = explain(_argument(options.token).strip(), {}, any_jwt(), now=time.time())
    if found.header is None or found.payload is None:
        failed = next(check for check in found.checks if check.outcome == "fail")
        raise InvalidInputError(f"This is no token: {failed.reason}")
    print(json.dumps({"header": found.header, "payload": found.payload}, indent=2, ensure_ascii=False))
    print("Nothing of this was checked.", file=sys.stderr)
    return 0


def jwks(options: argparse.Namespace) -> int:
    """Print a JWK Set."""
    if options.issuer is not None:
        document = _fetched(options.issuer.rstrip("/") + JWKS_PATH)
    elif options.key is not None:
        document = {"keys": [_key_of_file(options.key, options.kid or "key", None).public_jwk]}
    else:
        document = _local_jwks(options.data)
    print(json.dumps(document, indent=2))
    return 0


def _explained(options: argparse.Namespace, token: str) -> tuple[Sequence[CheckResult], Sequence[str]]:
    given = _given_keys(options, token)
    if given is None:
        return _explained_here(options, token)
    keys, notes = given
    audiences = (options.audience,) if options.audience else ()
    rules = any_jwt(options.issuer, audiences)
    if options.access_token:
        rules = Rules(options.issuer, audiences, required=ACCESS_TOKEN_CLAIMS)
    return explain(token, keys, rules, now=time.time()).checks, notes


def _given_keys(options: argparse.Namespace, token: str) -> tuple[Mapping[str, VerificationKey], Sequence[str]] | None:
    """The keys that the command line names; None: this data folder's."""
    try:
        secret = _secret(options)
        if secret is not None:
            return for_token({"": VerificationKey.of_secret(secret)}, token), secret_notes(secret)
        if options.key is not None:
            return for_token(public_keys_of(_text_of(options.key)), token), []
        if options.jwks_url is not None:
            return public_keys_of(json.dumps(_fetched(options.jwks_url))), []
    except KeyUnusableError as error:
        raise InvalidInputError(f"The key cannot be used: {error}.") from None
    return None


def _explained_here(options: argparse.Namespace, token: str) -> tuple[Sequence[CheckResult], Sequence[str]]:
    # The database's libraries are for those who ask the data folder.
    from passgate.cli.local_storage import open_local  # noqa: PLC0415 - see above
    from passgate.identity.schemas import TokenIssuer  # noqa: PLC0415 - see above
    from passgate.identity.service.token_explanation import TokenToExplain, explain_token  # noqa: PLC0415 - see above
    from passgate.kernel.actor import SYSTEM  # noqa: PLC0415 - see above

    settings, storage = open_local(options)
    profile = "access_token" if options.access_token else None
    try:
        asked = TokenToExplain.model_validate(
            {"token": token, "issuer": options.issuer, "audience": options.audience, "profile": profile}
        )
    except ValidationError as error:
        raise InvalidInputError(str(error.errors()[0]["msg"])) from None
    with storage.reading() as work:
        found = explain_token(SYSTEM, work, TokenIssuer(settings.token_issuer, settings.audience), asked)
    return found.checks, found.notes


def _local_jwks(data: Path | None) -> dict[str, Any]:
    from passgate.cli.local_storage import open_local  # noqa: PLC0415 - as above
    from passgate.identity.service.keys import public_jwks  # noqa: PLC0415 - as above

    _, storage = open_local(argparse.Namespace(data=data))
    with storage.reading() as work:
        return public_jwks(work)


def _signing_key(options: argparse.Namespace) -> SigningKey:
    secret = _secret(options)
    if secret is not None:
        if options.algorithm is not None:
            raise InvalidInputError("A secret signs with HS256; --algorithm goes with --key.", field="algorithm")
        for note in secret_notes(secret):
            print(note, file=sys.stderr)
        return SigningKey.of_secret(secret, options.kid)
    return _key_of_file(options.key, options.kid, options.algorithm)


def _key_of_file(path: Path, kid: str, algorithm: str | None) -> SigningKey:
    text = _text_of(path)
    try:
        if not text.lstrip().startswith("{"):
            return SigningKey.of_pem(text.encode(), kid, algorithm)
        jwk = strict_object(text.encode())
        chosen = algorithm or jwk.get("alg") or usual_algorithm(jwk)
        return SigningKey.of_jwk(jwk | {"alg": chosen, "kid": kid or jwk.get("kid") or "key"})
    except (KeyUnusableError, ValueError) as error:
        raise InvalidInputError(f"The key in {path} cannot be used: {error}.", field="key") from None


def _secret(options: argparse.Namespace) -> bytes | None:
    if options.secret is not None:
        return str(options.secret).encode()
    if options.secret_file is not None:
        return _text_of(options.secret_file).rstrip("\r\n").encode()
    return None


def _fetched(url: str) -> Any:  # noqa: ANN401 - JSON of another
    try:
        answer = http_fetch()(url, headers={"Accept": "application/json"}, timeout=_TIMEOUT)
        return json.loads(answer.body)
    except (FetchError, ValueError) as error:
        raise InvalidInputError(f"{url} gives no keys: {error}") from None


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NotFoundError(f"{path} cannot be read: {error}") from None


def _argument(text: str) -> str:
    return sys.stdin.read() if text == "-" else text


def _seconds(text: str) -> int:
    found = _DURATION.fullmatch(text)
    if found is None:
        raise InvalidInputError("--expires-in is a number with s, m, h or d, such as 1h.", field="expires_in")
    return int(found[1]) * _SECONDS[found[2]]


ACTS = {"sign": sign, "verify": verify, "decode": decode, "jwks": jwks}
"""The acts by their names on the command line."""
