"""May this token call that, and why: the gate's rules, one by one, over what is stored now.

The gate itself decides by the compiled snapshot and the deny list; this says the same in words, for people who ask.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from sqlalchemy import or_, select

from passgate.catalog.models import Model
from passgate.contracts.gateway_snapshot import RESERVED_PREFIXES
from passgate.contracts.revocation_list import TokenFacts
from passgate.identity.models import Application, Token
from passgate.identity.published_state import published_keys
from passgate.identity.schemas import TokenIssuer
from passgate.identity.service.applications import get_application
from passgate.identity.service.revocation import refusal_of
from passgate.identity.service.tokens import get_token
from passgate.kernel.actor import Actor
from passgate.kernel.clock import epoch_seconds
from passgate.kernel.errors import InvalidInputError
from passgate.kernel.permissions import Permission
from passgate.publishing.models import Service, Subscription
from passgate.storage.work import Work

_AI_PREFIXES = ("/v1", "/v1beta", "/v2/rerank")
_MOST_SEGMENTS = 40


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; a token by its id, or an application for any good token of it."""

    method: str
    path: str
    jti: str | None = None
    application_id: str | None = None
    model: str | None = None
    """The AI model that the call names."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule and how it turned out."""

    name: str
    passed: bool
    text: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer, with the rules in the order in which the gate asks them."""

    allowed: bool
    decided_by: str | None
    """The first rule that refuses."""
    service_id: str | None
    application_id: str | None
    rules: tuple[Rule, ...]


def explain_access(actor: Actor, work: Work, issuer: TokenIssuer, question: Question) -> Explanation:
    """Go through the rules for a call that somebody could make.

    Raises:
        NotFoundError: no such token or application, or one that the actor may not know of.
        ForbiddenError: without the permission token:read, or application:read.
        InvalidInputError: neither or both of a token and an application, or a path that is none.
    """
    if (question.jti is None) == (question.application_id is None):
        raise InvalidInputError("Name either a token or an application.", code="invalid_input", field="jti")
    path = _clean(question.path)
    token = get_token(actor, work, question.jti) if question.jti is not None else None
    application = None
    if question.application_id is not None:
        application = get_application(actor, work, question.application_id)
    elif token is not None and token.application_id is not None:
        application = work.session.get(Application, token.application_id)
    service = None if _is_below(path, RESERVED_PREFIXES) else _service_at(actor, work, path)
    is_public = service is not None and service.status == "published" and service.access == "public"
    rules = [*_path_rules(path, service)]
    if not is_public:
        rules += [
            *(_token_rules(work, issuer, token) if token is not None else ()),
            *_application_rules(application),
            *_target_rules(work, question, path, token, application, service),
        ]
    refusing = next((rule.name for rule in rules if not rule.passed), None)
    return Explanation(
        allowed=refusing is None,
        decided_by=refusing,
        service_id=service.id if service is not None else None,
        application_id=application.id if application is not None else None,
        rules=tuple(rules),
    )


def _path_rules(path: str, service: Service | None) -> Iterator[Rule]:
    if _is_below(path, _AI_PREFIXES):
        yield Rule("path", passed=True, text="The path belongs to the AI gateway.")
    elif _is_below(path, RESERVED_PREFIXES):
        text = "The path belongs to Passgate itself, not to a service; its own rules hold there."
        yield Rule("path", passed=False, text=text)
    elif service is None:
        yield Rule("path", passed=False, text="No service is published at this path: the gate answers 404.")
    elif service.status != "published":
        text = f"The service {service.name} has this path, but is {service.status}: the gate answers 404."
        yield Rule("path", passed=False, text=text)
    else:
        yield Rule("path", passed=True, text=f"The path belongs to the service {service.name}.")
        if service.access == "public":
            yield Rule("public", passed=True, text="Anybody may call this service, with a token or without.")


def _token_rules(work: Work, issuer: TokenIssuer, token: Token) -> Iterator[Rule]:
    is_for_gate = issuer.audience in token.audiences
    audiences = ", ".join(token.audiences)
    yield Rule("audience", is_for_gate, f"The token is for {audiences}; the gate takes {issuer.audience}.")
    is_signed = token.kid in {key["kid"] for key in published_keys(work)}
    holds = "is published" if is_signed else "is not published (any more)"
    yield Rule("signing_key", is_signed, f"The key {token.kid or 'of its own'} that signed the token {holds}.")
    now = work.clock.now()
    ends = f"{token.expires_at:%Y-%m-%d %H:%M} UTC"
    is_alive = token.expires_at > now
    yield Rule("expiry", is_alive, f"The token {'holds' if is_alive else 'held'} until {ends}.")
    client = token.application_id
    facts = TokenFacts(token.jti, token.subject, client, epoch_seconds(token.issued_at), kid=token.kid)
    entry = refusal_of(work, facts)
    if token.revoked_at is None and entry is None:
        yield Rule("revocation", passed=True, text="Neither the token nor what it stands for was revoked.")
    else:
        reason = token.revoked_reason or (entry.reason if entry is not None else "") or "no reason was given"
        level = entry.kind if entry is not None else "token"
        yield Rule("revocation", passed=False, text=f"Revoked by an entry for the {level}: {reason}.")


def _application_rules(application: Application | None) -> Iterator[Rule]:
    if application is None:
        yield Rule("application", passed=False, text="No application stands behind the token (any more).")
        return
    state = "is active" if application.is_active else "is not active"
    yield Rule("application", application.is_active, f"The application {application.name} {state}.")


def _target_rules(  # noqa: PLR0913, PLR0917 - the two sides of a call
    work: Work,
    question: Question,
    path: str,
    token: Token | None,
    application: Application | None,
    service: Service | None,
) -> Iterator[Rule]:
    if _is_below(path, _AI_PREFIXES):
        if question.model is not None and application is not None:
            yield from _model_rules(work, question.model, token, application)
        return
    if service is None:
        return
    if service.access == "subscription":
        is_subscribed = application is not None and _is_subscribed(work, service.id, application.id)
        yield Rule(
            "subscription",
            is_subscribed,
            f"The application {'is' if is_subscribed else 'is not'} subscribed to {service.name}.",
        )
    else:
        yield Rule("access", passed=True, text=f"Any good token may call {service.name}.")
    if token is not None and token.services is not None:
        is_named = service.id in token.services
        yield Rule("token_services", is_named, f"The token is limited to services; {service.name} {_among(is_named)}.")


def _model_rules(work: Work, name: str, token: Token | None, application: Application) -> Iterator[Rule]:
    query = select(Model.id).where(Model.name == name, Model.is_enabled)
    own = or_(Model.team_id.is_(None), Model.team_id == application.team_id)
    exists = work.session.scalars(query.where(own)).first() is not None
    yield Rule("model", exists, f"The model {name} {'is' if exists else 'is not'} there for the application's team.")
    if application.models is not None:
        is_named = name in application.models
        yield Rule("application_models", is_named, f"The application is limited to models; {name} {_among(is_named)}.")
    if token is not None and token.models is not None:
        is_named = name in token.models
        yield Rule("token_models", is_named, f"The token is limited to models; {name} {_among(is_named)}.")


def _among(is_named: bool) -> str:  # noqa: FBT001 - the one thing it says in words
    return "is among them" if is_named else "is not among them"


def _is_subscribed(work: Work, service_id: str, application_id: str) -> bool:
    query = select(Subscription.id).where(
        Subscription.service_id == service_id,
        Subscription.application_id == application_id,
        Subscription.status == "active",
    )
    return work.session.scalars(query).first() is not None


def _service_at(actor: Actor, work: Work, path: str) -> Service | None:
    """The service whose base path is the longest beginning of the path: a published one, else one that one may see."""
    segments = path.split("/")[1:]
    beginnings = ["/" + "/".join(segments[:count]) for count in range(1, len(segments) + 1)]
    rows = work.session.scalars(select(Service).where(Service.base_path.in_(beginnings[:_MOST_SEGMENTS]))).all()
    seen = [row for row in rows if row.status == "published" or actor.may(Permission.SERVICE_READ, row.team_id)]
    return max(seen, key=lambda row: (row.status == "published", len(row.base_path)), default=None)


def _is_below(path: str, prefixes: tuple[str, ...]) -> bool:
    return any(path == prefix or path.startswith(f"{prefix}/") for prefix in prefixes)


def _clean(path: str) -> str:
    """The path as the gate matches it: without query and fragment, escapes resolved."""
    bare = unquote(path.partition("?")[0].partition("#")[0])
    if not bare.startswith("/") or "\0" in bare:
        raise InvalidInputError("A path begins with a slash.", field="path")
    return bare.rstrip("/") or "/"
