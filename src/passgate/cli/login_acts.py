"""What ``passgate login`` and ``passgate logout`` do: the device flow (RFC 8628) as a client of any Passgate."""

import argparse
import sys
import time
from typing import Any

from passgate.cli.credentials import Credential, CredentialFile
from passgate.identity.issuers.fetching import get_document, post_form
from passgate.kernel.errors import UnauthenticatedError, UnavailableError
from passgate.settings import load_settings

_CLIENT = {"client_id": "passgate"}
_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_SLOWER = 5
_FRESH_SECONDS = 30


def login(options: argparse.Namespace) -> int:
    """Sign in, or print a token of an earlier sign-in."""
    url, kept = _url(options), CredentialFile.of_user()
    endpoints = get_document(f"{url}/.well-known/oauth-authorization-server")
    if options.token:
        print(_fresh(url, kept, endpoints).access_token)
        return 0
    begun = _posted(endpoints["device_authorization_endpoint"], _CLIENT | {"scope": " ".join(options.scope)})
    print(f"Open {begun['verification_uri_complete']}", file=sys.stderr)
    print(f"and check that it shows the code {begun['user_code']}.", file=sys.stderr)
    kept.write(url, _approved(endpoints["token_endpoint"], begun))
    print(f"Signed in to {url}. `passgate login --token` prints a token for its API.", file=sys.stderr)
    return 0


def logout(options: argparse.Namespace) -> int:
    """Revoke what was kept, and forget it."""
    url, kept = _url(options), CredentialFile.of_user()
    credential = kept.read(url)
    if credential is None:
        print(f"Nobody is signed in to {url}.", file=sys.stderr)
        return 0
    endpoints = get_document(f"{url}/.well-known/oauth-authorization-server")
    post_form(endpoints["revocation_endpoint"], _CLIENT | {"token": credential.refresh_token}, {})
    kept.write(url, None)
    print(f"Signed out of {url}.", file=sys.stderr)
    return 0


def fresh_access_token(url: str) -> str:
    """The access token of an earlier sign-in, renewed if need be.

    Raises:
        UnauthenticatedError: nobody is signed in to that Passgate.
    """
    kept = CredentialFile.of_user()
    if kept.read(url) is None:
        raise _nobody(url)
    return _fresh(url, kept, get_document(f"{url}/.well-known/oauth-authorization-server")).access_token


def _url(options: argparse.Namespace) -> str:
    return (options.url or load_settings().base_url).rstrip("/")


def _approved(endpoint: str, begun: dict[str, Any]) -> Credential:
    """Ask until the person has decided.

    Raises:
        UnauthenticatedError: refused, or nobody decided in time.
    """
    interval = float(begun.get("interval", _SLOWER))
    fields = _CLIENT | {"grant_type": _DEVICE_GRANT, "device_code": begun["device_code"]}
    while True:
        time.sleep(interval)
        reply = post_form(endpoint, fields, {})
        document = reply.document if isinstance(reply.document, dict) else {}
        error = document.get("error")
        if error is None and "access_token" in document:
            return _credential(document)
        if error == "slow_down":
            interval += _SLOWER
        elif error != "authorization_pending":
            raise UnauthenticatedError(str(document.get("error_description") or f"The answer was {reply.status}."))


def _fresh(url: str, kept: CredentialFile, endpoints: dict[str, Any]) -> Credential:
    credential = kept.read(url)
    if credential is None:
        raise _nobody(url)
    if credential.expires_at - time.time() > _FRESH_SECONDS:
        return credential
    fields = _CLIENT | {"grant_type": "refresh_token", "refresh_token": credential.refresh_token}
    renewed = _credential(_posted(endpoints["token_endpoint"], fields))
    kept.write(url, renewed)
    return renewed


def _nobody(url: str) -> UnauthenticatedError:
    return UnauthenticatedError(f"Nobody is signed in to {url}; run `passgate login` first.")


def _posted(endpoint: str, fields: dict[str, str]) -> dict[str, Any]:
    reply = post_form(endpoint, {name: value for name, value in fields.items() if value}, {})
    if not isinstance(reply.document, dict):
        raise UnavailableError(f"{endpoint} answered with status {reply.status} and no JSON object.")
    if "error" in reply.document:
        raise UnauthenticatedError(str(reply.document.get("error_description", "Refused.")))
    return reply.document


def _credential(document: dict[str, Any]) -> Credential:
    return Credential(document["access_token"], document["refresh_token"], time.time() + document["expires_in"])


ACTS = {"login": login, "logout": logout}
"""The acts by their names on the command line."""
