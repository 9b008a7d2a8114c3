"""What ``passgate token …`` does: the same services as the API's, with the machine's own operator as the actor."""

import argparse
import json
import sys

from pydantic import ValidationError

from passgate.bootstrap.database import open_storage
from passgate.bootstrap.layout import folders_of
from passgate.identity.models import Application, Token
from passgate.identity.schemas import TokenIn, TokenIssuer
from passgate.identity.service.applications import get_application, list_applications
from passgate.identity.service.tokens import get_token, issue_token, list_tokens, revoke_token, status_of
from passgate.kernel.actor import SYSTEM
from passgate.kernel.errors import InvalidInputError, NotFoundError
from passgate.kernel.pagination import MAX_PAGE, PageRequest
from passgate.settings import Settings, load_settings
from passgate.storage.migration import migrate
from passgate.storage.work import Storage, Work


def issue(options: argparse.Namespace) -> int:
    """Issue a token; the token alone goes to standard output, so that a script can take it."""
    settings, storage = _open(options)
    issuer = TokenIssuer(issuer=settings.token_issuer, audience=settings.audience)
    with storage.writing() as work:
        given = _token_in(options, _application(work, options.application).id)
        issued = issue_token(SYSTEM, work, issuer, given)
    print(f"{issued.row.jti}, until {issued.row.expires_at:%Y-%m-%d %H:%M} UTC", file=sys.stderr)
    print(issued.token)
    return 0


def listing(options: argparse.Namespace) -> int:
    """Print the registry, newest first."""
    _, storage = _open(options)
    with storage.reading() as work:
        application = _application(work, options.application).id if options.application else None
        page = list_tokens(SYSTEM, work, PageRequest(MAX_PAGE), application, options.status)
        rows = [_described(work, token) for token in page.items]
    if options.json:
        print(json.dumps(rows))
        return 0
    for row in rows:
        print(f"{row['jti']}  {row['status']:<8} {row['kind']:<12} until {row['expires_at']}  {row['name']}")
    if page.next_cursor is not None:
        print(f"only the newest {MAX_PAGE} are shown", file=sys.stderr)
    return 0


def revoke(options: argparse.Namespace) -> int:
    """Revoke a token, or say that there was nothing to revoke."""
    _, storage = _open(options)
    with storage.writing() as work:
        revoked = revoke_token(SYSTEM, work, options.jti, options.reason)
        status = status_of(get_token(SYSTEM, work, options.jti), work.clock.now())
    print(f"{options.jti} revoked" if revoked.count else f"{options.jti} was {status} already")
    return 0


def _open(options: argparse.Namespace) -> tuple[Settings, Storage]:
    settings = load_settings(data_dir=options.data)
    folders = folders_of(settings)
    if settings.database_url is None and not (folders.data / "passgate.db").exists():
        raise NotFoundError(
            f"There is no Passgate in {settings.data_dir}; start it first, or name its folder by --data."
        )
    storage = open_storage(settings, folders)
    migrate(storage.engine)
    return settings, storage


def _application(work: Work, wanted: str) -> Application:
    if wanted.startswith("app_"):
        return get_application(SYSTEM, work, wanted)
    page = list_applications(SYSTEM, work, PageRequest(MAX_PAGE), search=wanted)
    matches = [row for row in page.items if row.name == wanted]
    if not matches:
        raise NotFoundError(f"There is no application {wanted}.")
    if len(matches) > 1:
        raise InvalidInputError(f"Several teams have an application {wanted}; name it by its id.", field="application")
    return matches[0]


def _token_in(options: argparse.Namespace, application_id: str) -> TokenIn:
    try:
        return TokenIn(
            name=options.name, application_id=application_id, scopes=options.scope, lifetime_days=options.days
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInputError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def _described(work: Work, token: Token) -> dict[str, str | None]:
    return {
        "jti": token.jti,
        "status": status_of(token, work.clock.now()),
        "kind": token.kind,
        "name": token.name,
        "application_id": token.application_id,
        "issued_at": token.issued_at.isoformat(timespec="seconds"),
        "expires_at": token.expires_at.isoformat(timespec="seconds"),
        "last_used_at": token.last_used_at.isoformat(timespec="seconds") if token.last_used_at else None,
    }


ACTS = {"issue": issue, "list": listing, "revoke": revoke}
"""The acts by their names on the command line."""
