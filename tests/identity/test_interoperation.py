"""What we issue, common libraries of other people verify against our JWKS."""

import json
import subprocess
import warnings
from dataclasses import dataclass
from typing import Any

import jwt
import pytest

from factories import ISSUER, make_application
from node_packages import node_with
from passgate.identity.schemas import TokenIn
from passgate.identity.service.key_rotation import rotate
from passgate.identity.service.keys import public_jwks
from passgate.identity.service.tokens import issue_token
from passgate.kernel.actor import SYSTEM
from passgate.kernel.clock import SystemClock
from passgate.kernel.ids import IdFactory
from passgate.kernel.sealing import Vault
from passgate.storage.engine import open_engine
from passgate.storage.work import Storage

_NODE_PACKAGES = ("jsonwebtoken@9.0.3", "jose@6.2.18")
_NODE_SCRIPT = """
const { readFileSync } = require("node:fs");
const { createPublicKey } = require("node:crypto");
const jsonwebtoken = require("jsonwebtoken");
const { token, jwks, issuer, audience } = JSON.parse(readFileSync(0, "utf8"));

(async () => {
  const { kid } = jsonwebtoken.decode(token, { complete: true }).header;
  const key = createPublicKey({ key: jwks.keys.find((each) => each.kid === kid), format: "jwk" });
  const byJsonwebtoken = jsonwebtoken.verify(token, key, { issuer, audience, algorithms: ["ES256"] });
  const { jwtVerify, createLocalJWKSet } = await import("jose");
  const options = { issuer, audience, typ: "at+jwt", requiredClaims: ["jti", "client_id"] };
  const byJose = (await jwtVerify(token, createLocalJWKSet(jwks), options)).payload;
  console.log(JSON.stringify({ byJsonwebtoken, byJose }));
})();
"""


@dataclass(frozen=True)
class Issued:
    token: str
    jwks: dict[str, Any]
    application_id: str


@pytest.fixture
def issued(sqlite_url: str, vault: Vault) -> Issued:
    """A token of now, since the libraries look at the real clock; signed after a rotation, so that kids matter."""
    clock = SystemClock()
    engine = open_engine(sqlite_url)
    with Storage(engine, clock, IdFactory(clock), vault).writing() as work:
        application = make_application(work)
        rotate(SYSTEM, work, at_once=True)
        rotate(SYSTEM, work, at_once=True)
        given = TokenIn(name="n", application_id=application.id, scopes=["ai"])
        token = issue_token(SYSTEM, work, ISSUER, given).token
        jwks = public_jwks(work)
    engine.dispose()
    return Issued(token, jwks, application.id)


def test_pyjwt_verifies_it(issued: Issued) -> None:
    kid = jwt.get_unverified_header(issued.token)["kid"]
    key = jwt.PyJWKSet.from_dict(issued.jwks)[kid]
    claims = jwt.decode(
        issued.token,
        key,
        algorithms=["ES256"],
        audience=ISSUER.audience,
        issuer=ISSUER.issuer,
        options={"require": ["exp", "iat", "jti", "sub", "client_id"]},
    )
    assert (claims["sub"], claims["scope"]) == (issued.application_id, "ai")


def test_authlib_verifies_it(issued: Issued) -> None:
    with warnings.catch_warnings(record=True):  # it points to its successor, which does not concern us
        warnings.simplefilter("always")
        from authlib.jose import JsonWebKey, JsonWebToken  # noqa: PLC0415 - under the record above

        wanted = {"iss": {"essential": True, "value": ISSUER.issuer}, "aud": {"essential": True, "value": "passgate"}}
        keys = JsonWebKey.import_key_set(issued.jwks)
        claims = JsonWebToken(["ES256"]).decode(issued.token, keys, claims_options=wanted)
        claims.validate()
    assert claims["sub"] == issued.application_id


@pytest.mark.node_js
def test_jsonwebtoken_and_jose_of_node_verify_it(issued: Issued, request: pytest.FixtureRequest) -> None:
    node, folder = node_with(request.config, "node-jwt", *_NODE_PACKAGES)
    question = {"token": issued.token, "jwks": issued.jwks, "issuer": ISSUER.issuer, "audience": ISSUER.audience}
    answer = subprocess.run(
        [node, "-e", _NODE_SCRIPT],
        cwd=folder,
        input=json.dumps(question),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    verified = json.loads(answer.stdout)
    assert verified["byJsonwebtoken"]["sub"] == verified["byJose"]["sub"] == issued.application_id
