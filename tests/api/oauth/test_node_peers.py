"""Clients of the npm registry, unchanged: openid-client, oauth4webapi and jose."""

import json
import subprocess
from typing import Any

import pytest

from node_packages import node_with
from oauth_clients import make_client
from oauth_server import Browser, OAuthHost

PACKAGES = ("openid-client@6", "oauth4webapi@3", "jose@6")
REDIRECT = "http://127.0.0.1:1/callback"

OPENID_CLIENT = """
const lines = require("node:readline").createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const next = async () => JSON.parse((await lines.next()).value);
(async () => {
  const oidc = await import("openid-client");
  const given = await next();
  const options = { execute: [oidc.allowInsecureRequests] };
  const config = await oidc.discovery(new URL(given.issuer), given.id, given.secret, undefined, options);
  const verifier = oidc.randomPKCECodeVerifier();
  const state = oidc.randomState(), nonce = oidc.randomNonce();
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: given.redirect, scope: "openid email offline_access", state, nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256",
  });
  console.log(JSON.stringify({ url: url.href }));
  const back = new URL((await next()).location);
  const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
  const tokens = await oidc.authorizationCodeGrant(config, back, checks);
  const claims = tokens.claims();
  const person = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);
  const renewed = await oidc.refreshTokenGrant(config, tokens.refresh_token);
  const told = await oidc.tokenIntrospection(config, renewed.access_token);
  await oidc.tokenRevocation(config, renewed.refresh_token);
  const gone = await oidc.tokenIntrospection(config, renewed.access_token);
  const own = await oidc.clientCredentialsGrant(config);
  console.log(JSON.stringify({
    email: person.email, sid: claims.sid, active: told.active, gone: gone.active, own: own.token_type,
  }));
  process.exit(0);
})().catch((error) => { console.error(error, error.cause); process.exit(1); });
"""

PRIVATE_KEY = """
const lines = require("node:readline").createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const next = async () => JSON.parse((await lines.next()).value);
(async () => {
  const oauth = await import("oauth4webapi");
  const jose = await import("jose");
  const { publicKey, privateKey } = await jose.generateKeyPair("ES256", { extractable: true });
  console.log(JSON.stringify({ jwk: { ...(await jose.exportJWK(publicKey)), kid: "n1", alg: "ES256", use: "sig" } }));
  const given = await next();
  const issuer = new URL(given.issuer), insecure = { [oauth.allowInsecureRequests]: true };
  const found = await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...insecure });
  const as = await oauth.processDiscoveryResponse(issuer, found);
  const client = { client_id: given.id };
  const auth = oauth.PrivateKeyJwt({ key: privateKey, kid: "n1" });
  const asked = await oauth.clientCredentialsGrantRequest(as, client, auth, new URLSearchParams(), insecure);
  const { access_token: token } = await oauth.processClientCredentialsResponse(as, client, asked);
  const request = new Request("https://orders.example/", { headers: { authorization: `Bearer ${token}` } });
  const byOauth = await oauth.validateJwtAccessToken(as, request, "passgate", insecure);
  const keys = jose.createRemoteJWKSet(new URL(as.jwks_uri));
  const options = { issuer: as.issuer, audience: "passgate", typ: "at+jwt", requiredClaims: ["jti", "client_id"] };
  const { payload: byJose } = await jose.jwtVerify(token, keys, options);
  console.log(JSON.stringify({ byOauth: byOauth.client_id, byJose: byJose.sub }));
  process.exit(0);
})().catch((error) => { console.error(error, error.cause); process.exit(1); });
"""


class Node:
    """A script that is spoken with, one JSON line each way."""

    def __init__(self, config: pytest.Config, script: str) -> None:
        node, folder = node_with(config, "node-oauth", *PACKAGES)
        self.process = subprocess.Popen(
            [node, "-e", script],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def tell(self, **said: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(said) + "\n")
        self.process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            _, error = self.process.communicate(timeout=20)
            raise AssertionError(error)
        return dict(json.loads(line))

    def end(self) -> None:
        self.process.communicate(timeout=20)


@pytest.mark.node_js
def test_openid_client_signs_a_person_in(host: OAuthHost, request: pytest.FixtureRequest) -> None:
    with host.storage.writing() as work:
        client = make_client(work, redirect_uris=[REDIRECT])
    node = Node(request.config, OPENID_CLIENT)
    node.tell(issuer=host.url, id=client.id, secret=client.secret, redirect=REDIRECT)
    location = Browser(host).sign_in().agree(node.hear()["url"].removeprefix(host.url))
    node.tell(location=location)
    heard = node.hear()
    node.end()
    assert heard.pop("sid").startswith("ses_")
    assert heard == {"email": "ada@example.com", "active": True, "gone": False, "own": "bearer"}


@pytest.mark.node_js
def test_oauth4webapi_signs_its_assertion_and_verifies_our_token(
    host: OAuthHost, request: pytest.FixtureRequest
) -> None:
    node = Node(request.config, PRIVATE_KEY)
    jwks = {"keys": [node.hear()["jwk"]]}
    with host.storage.writing() as work:
        client = make_client(work, "service", auth_method="private_key_jwt", jwks=jwks)
    node.tell(issuer=host.url, id=client.id)
    heard = node.hear()
    node.end()
    assert heard == {"byOauth": client.id, "byJose": client.id}
