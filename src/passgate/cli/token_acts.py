"""What ``passgate token …`` does: the same services as the API's, with the machine's own operator as the actor."""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError

from passgate.cli.local_storage import open_local
from passgate.identity.models import Application, Token
from passgate.identity.schemas import IssuedToken, TokenIn, TokenIssuer
from passgate.identity.service.applications import get_application, list_applications
from passgate.identity.service.token_narrowing import narrow_token
from passgate.identity.service.token_registry import status_of
from passgate.identity.service.token_revocation import (
    revoke_application_tokens,
    revoke_team_tokens,
    revoke_token,
    revoke_user_tokens,
)
from passgate.identity.service.tokens import get_token, issue_token, list_tokens
from passgate.identity.token_limits import TokenLimits
from passgate.identity.token_schemas import NarrowIn, TokenFilter
from passgate.kernel.actor import SYSTEM
from passgate.kernel.errors import InvalidInputError, NotFoundError
from passgate.kernel.money import to_micro_dollars
from passgate.kernel.pagination import MAX_PAGE, PageRequest
from passgate.storage.work import Work


def issue(options: argparse.Namespace) -> int:
    """Issue a token; the token alone goes to standard output, so that a script can take it."""
    settings, storage = open_local(options)
    issuer = TokenIssuer(issuer=settings.token_issuer, audience=settings.audience)
    with storage.writing() as work:
        given = _token_in(options, _application(work, options.application).id)
        issued = issue_token(SYSTEM, work, issuer, given)
    return _shown(issued)


def narrow(options: argparse.Namespace) -> int:
    """Make a weaker token of one that stands on standard input, so that no list of processes shows it."""
    settings, storage = open_local(options)
    issuer = TokenIssuer(issuer=settings.token_issuer, audience=settings.audience)
    scopes = options.scope or None
    with _naming_fields():
        given = NarrowIn(
            name=options.name, scopes=scopes, limits=_limits(options), lifetime_seconds=options.lifetime_seconds
        )
    with storage.writing() as work:
        issued = narrow_token(work, sys.stdin.read().strip(), issuer, given)
    return _shown(issued)


def listing(options: argparse.Namespace) -> int:
    """Print the registry, newest first."""
    _, storage = open_local(options)
    with storage.reading() as work:
        application = _application(work, options.application).id if options.application else None
        wanted = TokenFilter(
            application_id=application, status=options.status, kind=options.kind, search=options.search
        )
        page = list_tokens(SYSTEM, work, PageRequest(MAX_PAGE), wanted)
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
    """Revoke a token and what was narrowed from it, or all of an owner; or say that there was nothing to revoke."""
    _, storage = open_local(options)
    owned = {"application": revoke_application_tokens, "user": revoke_user_tokens, "team": revoke_team_tokens}
    for level, use_case in owned.items():
        owner = getattr(options, level)
        if owner is not None:
            with storage.writing() as work:
                count = use_case(SYSTEM, work, owner, options.reason).count
            print(f"{count} tokens revoked")
            return 0
    if options.jti is None:
        raise InvalidInputError("Name a token, or an owner by --application, --user or --team.", field="jti")
    with storage.writing() as work:
        revoked = revoke_token(SYSTEM, work, options.jti, options.reason)
        status = status_of(get_token(SYSTEM, work, options.jti), work.clock.now())
    print(f"{options.jti} revoked" if revoked.count else f"{options.jti} was {status} already")
    return 0


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
    with _naming_fields():
        return TokenIn(
            kind="service" if options.audience else "application",
            name=options.name,
            application_id=application_id,
            audiences=options.audience or None,
            scopes=options.scope,
            limits=_limits(options),
            algorithm=options.algorithm,
            lifetime_days=options.days,
        )


def _limits(options: argparse.Namespace) -> TokenLimits:
    budget = None if options.budget is None else to_micro_dollars(options.budget)
    return TokenLimits(models=options.model, services=options.service, budget=budget, rpm=options.rpm)


@contextmanager
def _naming_fields() -> Iterator[None]:
    try:
        yield
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise InvalidInputError(f"{field}: {first['msg']}" if field else first["msg"]) from error


def _shown(issued: IssuedToken) -> int:
    print(f"{issued.row.jti}, until {issued.row.expires_at:%Y-%m-%d %H:%M} UTC", file=sys.stderr)
    print(issued.token)
    return 0


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


ACTS = {"issue": issue, "narrow": narrow, "list": listing, "revoke": revoke}
"""The acts by their names on the command line."""
