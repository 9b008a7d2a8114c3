"""Applications in their own name."""

import jwt

from factories import ISSUER
from oauth_clients import SITE, ask, make_client
from passgate.identity.models import Token
from passgate.identity.service.keys import public_jwks
from passgate.storage.work import Storage


def test_a_service_gets_a_token_that_passes_the_gate(storage: Storage) -> None:
    with storage.writing() as work:
        client = make_client(work, "service", scopes=["orders:read", "orders:write"])
    reply = ask(storage, client, grant_type="client_credentials", scope="orders:read")
    assert (reply.status, reply.body["token_type"], reply.body["expires_in"]) == (200, "Bearer", 3600)
    claims = jwt.decode(reply.body["access_token"], options={"verify_signature": False})
    assert claims["sub"] == claims["client_id"] == client.id
    assert (claims["aud"], claims["iss"], claims["scope"]) == ("passgate", ISSUER.issuer, "orders:read")
    with storage.reading() as work:
        row = work.session.get_one(Token, claims["jti"])
        keys = jwt.PyJWKSet.from_dict(public_jwks(work))
    assert (row.kind, row.application_id, row.issued_by) == ("application", client.id, client.id)
    header = jwt.get_unverified_header(reply.body["access_token"])
    assert header["typ"] == "at+jwt"
    assert keys[header["kid"]] is not None


def test_the_urls_of_tools_stand_for_the_gate(storage: Storage) -> None:
    with storage.writing() as work:
        client = make_client(work, "service")
    for resource in (SITE.url, f"{SITE.url}/mcp", f"{SITE.url}/mcp/orders"):
        reply = ask(storage, client, grant_type="client_credentials", resource=resource)
        claims = jwt.decode(reply.body["access_token"], options={"verify_signature": False})
        assert claims["aud"] == ISSUER.audience
    for resource in (f"{SITE.url}/mcpx", f"{SITE.url}.evil.example/mcp"):
        refused = ask(storage, client, grant_type="client_credentials", resource=resource)
        assert refused.body["error"] == "invalid_target"
