"""What would this call meet: the gate's rules, one by one, over what is stored now.

The gate itself decides by the compiled snapshot and the deny list; this says the same in words, for people who ask.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address

from sqlalchemy import or_, select

from passgate.catalog.models import Model
from passgate.contracts.gateway_snapshot import RESERVED_PREFIXES
from passgate.gateway.caller import StoredCaller
from passgate.gateway.preview.call import Call, matched_host, matched_path
from passgate.gateway.preview.finding import Found, named_host, service_at
from passgate.gateway.preview.rule import Rule, asked
from passgate.gateway.preview.walk import Walk, walk
from passgate.identity.models import Application
from passgate.identity.schemas import TokenIssuer
from passgate.identity.service.applications import get_application
from passgate.identity.service.tokens import get_token
from passgate.kernel.actor import Actor
from passgate.kernel.errors import ForbiddenError, InvalidInputError, NotFoundError
from passgate.kernel.permissions import Permission
from passgate.publishing.models import Service
from passgate.publishing.published_state import published_services
from passgate.publishing.service.services import visible_service
from passgate.storage.work import Work

_AI_PREFIXES = ("/v1", "/v1beta", "/v2/rerank")
_MOST_SEGMENTS = 40


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; a token by its id, or an application for any good token of it, or neither for none."""

    method: str
    path: str
    jti: str | None = None
    application_id: str | None = None
    model: str | None = None
    """The AI model that the call names."""
    host: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    address: str | None = None
    """Of the client."""
    body_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer, with the rules in the order in which the gate asks them."""

    allowed: bool
    decided_by: str | None
    """The first rule that refuses."""
    code: str | None
    """Of the refusal, as the gate's answer has it."""
    status: int | None
    """HTTP status of the refusal."""
    service_id: str | None
    version: str | None
    revision_id: str | None
    route_id: str | None
    application_id: str | None
    rules: tuple[Rule, ...]


def explain_access(actor: Actor, work: Work, issuer: TokenIssuer, question: Question) -> Explanation:
    """Go through the rules for a call that somebody could make.

    Raises:
        NotFoundError: no such token or application, or one that the actor may not know of.
        ForbiddenError: without the permission token:read, or application:read.
        InvalidInputError: both a token and an application, or a path or an address that is none.
    """
    actor.require_somewhere(Permission.TOKEN_READ)
    call = _call_of(question)
    caller = _caller_of(actor, work, issuer, question)
    services = published_services(work)
    host = named_host(services, call.host)
    if host == "*" and _is_below(call.path, RESERVED_PREFIXES):
        return _answer(Walk(tuple(_own_path_rules(work, question, call.path, caller))), None, caller)
    found = service_at(services, host, call.path)
    if found is None or not _may_know_of(actor, work, found):
        return _answer(Walk((_nothing_at(actor, work, call.path),)), None, caller)
    own = actor.may(Permission.SERVICE_READ, found.service.team_id)
    return _answer(walk(found, call, caller, whole=own), found, caller)


def _call_of(question: Question) -> Call:
    if question.address is not None:
        try:
            ip_address(question.address)
        except ValueError:
            raise InvalidInputError("Name an IPv4 or IPv6 address.", field="address") from None
    return Call(
        method=question.method.upper(),
        path=matched_path(question.path),
        host=matched_host(question.host),
        headers={name.lower(): value for name, value in question.headers.items()},
        address=question.address,
        body_bytes=question.body_bytes,
    )


def _caller_of(actor: Actor, work: Work, issuer: TokenIssuer, question: Question) -> StoredCaller:
    if question.jti is not None and question.application_id is not None:
        raise InvalidInputError("Name a token or an application, not both.", code="invalid_input", field="jti")
    if question.jti is not None:
        token = get_token(actor, work, question.jti)
        client = token.application_id
        application = work.session.get(Application, client) if client is not None else None
        return StoredCaller(work, issuer, token, application)
    if question.application_id is not None:
        return StoredCaller(work, issuer, None, get_application(actor, work, question.application_id))
    return StoredCaller(work, issuer, None, None)


def _answer(walked: Walk, found: Found | None, caller: StoredCaller) -> Explanation:
    refusing = walked.refusing
    return Explanation(
        allowed=refusing is None,
        decided_by=refusing.name if refusing is not None else None,
        code=refusing.code if refusing is not None else None,
        status=refusing.status if refusing is not None else None,
        service_id=found.service.id if found is not None else None,
        version=walked.version.name if walked.version is not None else None,
        revision_id=walked.revision.id if walked.revision is not None else None,
        route_id=walked.route.id if walked.route is not None else None,
        application_id=caller.application.id if caller.application is not None else None,
        rules=walked.rules,
    )


def _own_path_rules(work: Work, question: Question, path: str, caller: StoredCaller) -> Iterator[Rule]:
    """The rules of the gate's own paths, the AI gateway's among them."""
    if not _is_below(path, _AI_PREFIXES):
        text = "The path belongs to Passgate itself, not to a service; its own rules hold there."
        yield Rule("path", "refuses", text)
        return
    yield Rule("path", "passes", "The path belongs to the AI gateway.")
    yield from caller.token_rules()
    if question.model is not None and caller.application is not None:
        yield from _model_rules(work, question.model, caller, caller.application)


def _model_rules(work: Work, name: str, caller: StoredCaller, application: Application) -> Iterator[Rule]:
    query = select(Model.id).where(Model.name == name, Model.is_enabled)
    own = or_(Model.team_id.is_(None), Model.team_id == application.team_id)
    exists = work.session.scalars(query.where(own)).first() is not None
    text = f"The model {name} {'is' if exists else 'is not'} there for the application's team."
    yield asked("model", passed=exists, text=text, code="model_not_found", status=404)
    limited = [("application", application.models)]
    if caller.token is not None:
        limited.append(("token", caller.token.models))
    for what, models in limited:
        if models is not None:
            among = "is among them" if name in models else "is not among them"
            words = f"The {what} is limited to models; {name} {among}."
            yield asked(f"{what}_models", passed=name in models, text=words, code="model_not_allowed", status=403)


def _may_know_of(actor: Actor, work: Work, found: Found) -> bool:
    try:
        visible_service(actor, work, found.service.id)
    except (NotFoundError, ForbiddenError):
        return False
    return True


def _nothing_at(actor: Actor, work: Work, path: str) -> Rule:
    """Why the gate answers 404; a service of the actor's own that is not published is named."""
    segments = path.split("/")[1:]
    beginnings = ["/" + "/".join(segments[:count]) for count in range(1, len(segments) + 1)]
    query = select(Service).where(Service.base_path.in_(beginnings[:_MOST_SEGMENTS]), Service.status != "published")
    seen = [row for row in work.session.scalars(query) if actor.may(Permission.SERVICE_READ, row.team_id)]
    row = max(seen, key=lambda one: len(one.base_path), default=None)
    text = "No service that you may know of is published at this path: the gate answers 404."
    if row is not None:
        text = f"The service {row.name} has this path, but is {row.status}: the gate answers 404."
    return Rule("path", "refuses", text, "route_not_found", 404)


def _is_below(path: str, prefixes: tuple[str, ...]) -> bool:
    return any(path == prefix or path.startswith(f"{prefix}/") for prefix in prefixes)
