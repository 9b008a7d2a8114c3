"""``passgate jwt sign | verify | decode | jwks``: JWTs by hand, with keys of any origin."""

import argparse
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:  # noqa: ANN401 - argparse gives its subparsers no public type
    """Add the four commands."""
    parser = commands.add_parser("jwt", help="sign, verify and read JWTs by hand")
    acts = parser.add_subparsers(metavar="ACT", required=True)
    _add_sign(acts)
    _add_verify(acts)
    decode = acts.add_parser("decode", help="show what a token says, without checking that it is true")
    decode.add_argument("token", help="the token; - for standard input")
    decode.set_defaults(run=_run, act="decode")
    jwks = acts.add_parser("jwks", help="print public keys as a JWK Set")
    origin = jwks.add_mutually_exclusive_group()
    origin.add_argument("--issuer", metavar="URL", help="of a Passgate that runs somewhere")
    origin.add_argument(
        "--key", type=Path, metavar="FILE", help="of a private key (PEM or JWK); its private part stays"
    )
    jwks.add_argument("--data", type=Path, metavar="DIR", help="of this data folder (PASSGATE_DATA_DIR, ./data)")
    jwks.add_argument("--kid", default="", help="id of a key that has none")
    jwks.set_defaults(run=_run, act="jwks")


def _add_sign(acts: Any) -> None:  # noqa: ANN401 - as above
    sign = acts.add_parser(
        "sign", help="sign claims with a secret or key of your own; the token goes to standard output"
    )
    sign.add_argument("claims", help='a JSON object such as \'{"data": "user data"}\'; - for standard input')
    origin = sign.add_mutually_exclusive_group(required=True)
    origin.add_argument("--secret", help="for HS256; others may see it in the list of processes")
    origin.add_argument(
        "--secret-file", type=Path, metavar="FILE", help="for HS256; a line break at its end is left out"
    )
    origin.add_argument("--key", type=Path, metavar="FILE", help="private key, PEM or JWK")
    sign.add_argument("--algorithm", choices=["ES256", "ES384", "RS256", "PS256", "EdDSA"], help="the key's usual one")
    sign.add_argument("--kid", default="", help="the header's kid")
    sign.add_argument("--typ", default="JWT", help="the header's typ (JWT)")
    sign.add_argument("--expires-in", metavar="1h", help="sets exp: a number with s, m, h or d")
    sign.set_defaults(run=_run, act="sign")


def _add_verify(acts: Any) -> None:  # noqa: ANN401 - as above
    verify = acts.add_parser("verify", help="check a token and say of each check why; exit code 1 if it does not hold")
    verify.add_argument("token", help="the token; - for standard input")
    origin = verify.add_mutually_exclusive_group()
    origin.add_argument("--secret", help="for HS256; others may see it in the list of processes")
    origin.add_argument(
        "--secret-file", type=Path, metavar="FILE", help="for HS256; a line break at its end is left out"
    )
    origin.add_argument("--key", type=Path, metavar="FILE", help="public key: PEM, JWK or JWK Set")
    origin.add_argument("--jwks-url", metavar="URL", help="where the public keys are")
    verify.add_argument("--data", type=Path, metavar="DIR", help="else: this data folder's keys and deny list")
    verify.add_argument("--issuer", metavar="URL", help="what iss must be")
    verify.add_argument("--audience", help="what must stand in aud")
    verify.add_argument(
        "--access-token", action="store_true", help="ask for all that an access token must have (RFC 9068)"
    )
    verify.add_argument("--json", action="store_true", help="for machines")
    verify.set_defaults(run=_run, act="verify")


def _run(options: argparse.Namespace) -> int:
    # As with the other acts: `passgate up`, which stays resident, shall not carry what these need.
    from passgate.cli.jwt_acts import ACTS  # noqa: PLC0415 - see above

    return ACTS[options.act](options)
