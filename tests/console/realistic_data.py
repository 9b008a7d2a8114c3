"""Data as an organisation has it after some weeks: put in through the services, and calls through the tables."""

import random
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from console.issuers_data import add_issuers
from passgate.catalog.schemas import ConnectionTest, ProviderIn
from passgate.catalog.service.connection import record_test
from passgate.catalog.service.enabling import enable_models
from passgate.catalog.service.providers import create_provider
from passgate.gateway.models import NodeRow
from passgate.identity.oauth.registration import create_registration_token
from passgate.identity.oauth.schemas import RegistrationTokenIn
from passgate.identity.schemas import ApplicationIn, SetupIn, TeamIn, TokenIn, TokenIssuer, UserIn
from passgate.identity.service.applications import create_application
from passgate.identity.service.key_rotation import keep_keys, rotate
from passgate.identity.service.setup import complete_setup, new_setup_link
from passgate.identity.service.teams import create_team, list_teams, set_member
from passgate.identity.service.token_lifetimes import set_lifetime
from passgate.identity.service.token_revocation import revoke_token
from passgate.identity.service.token_templates import create_template
from passgate.identity.service.tokens import issue_token
from passgate.identity.service.users import create_user
from passgate.identity.token_schemas import LifetimeIn, TemplateIn
from passgate.kernel.actor import SYSTEM
from passgate.kernel.pagination import PageRequest
from passgate.kernel.permissions import Role
from passgate.metering.models import Call, CallHour, Usage, UsageHour
from passgate.publishing.limits.schemas import LimitIn
from passgate.publishing.limits.service import create_limit
from passgate.publishing.schemas import ServiceIn
from passgate.publishing.service.services import create_service
from passgate.publishing.service.versions import list_versions
from passgate.publishing.subscriptions.service.subscribing import subscribe
from passgate.storage.work import Storage, Work

EMAIL = "ada@example.com"
PASSWORD = "correct horse battery staple"
REJECTION = "route_configuration 'gate': Duplicate entry of domain orders.example.com"

_APPLICATIONS = {
    "checkout": "Answers questions on the order page",
    "support-bot": "Drafts replies for the support desk",
    "search-index": "Embeds the product catalogue each night",
    "analytics": "Weekly report on what people ask",
    "ada's editor": "",
}
_MODELS = {"openai": ["gpt-4o-mini", "gpt-4o", "text-embedding-3-small"], "anthropic": ["claude-sonnet-4-5"]}
_ISSUER = TokenIssuer(issuer="http://localhost:8080", audience="passgate")


@dataclass
class Known:
    """Ids that tests look for, by name."""

    applications: dict[str, str] = field(default_factory=dict)
    services: dict[str, str] = field(default_factory=dict)
    providers: dict[str, str] = field(default_factory=dict)
    models: dict[str, str] = field(default_factory=dict)
    revision: str = ""
    """The first of the service Orders."""
    token: str = ""
    team: str = ""
    user: str = ""
    identity_provider: str = ""
    issuer: str = ""
    request_ids: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311 - ids of an example
    """One source for all calls of a Passgate, so that tests may draw the rest of a call from the same seed."""

    def one_of_each(self) -> dict[str, str]:
        return {
            "provider_id": self.providers["Anthropic"],
            "model_id": self.models["gpt-4o-mini"],
            "service_id": self.services["Orders"],
            "revision_id": self.revision,
            "application_id": self.applications["checkout"],
            "user_id": self.user,
            "jti": self.token,
            "team_id": self.team,
            "identity_provider_id": self.identity_provider,
            "issuer_id": self.issuer,
        }


def set_up(storage: Storage) -> None:
    with storage.writing() as work:
        secret = new_setup_link(work)
        complete_setup(work, secret, SetupIn(email=EMAIL, name="Ada Lovelace", password=PASSWORD))


def fill(storage: Storage) -> Known:
    known = Known()
    set_up(storage)
    with storage.writing() as work:
        _people(work, known)
        _catalogue(work, known)
        _applications(work, known)
        _services(work, known)
        _limits(work, known)
        _token_rules(work, known)
        known.identity_provider, known.issuer = add_issuers(work, known.team, known.applications["checkout"])
        keep_keys(work, rotate_after=None)
        rotate(SYSTEM, work, at_once=True)
    with storage.writing() as work:
        _nodes(work)
        _calls(work, known)
    return known


def _limits(work: Work, known: Known) -> None:
    for name, measure, window, amount in (
        ("Payments a month", "money", "month", 50_000_000),
        ("Calls of the team", "requests", "minute", 600),
    ):
        given = {"name": name, "scope": "team", "target": known.team, "measure": measure, "window": window}
        create_limit(SYSTEM, work, LimitIn.model_validate({**given, "amount": amount}))


def _token_rules(work: Work, known: Known) -> None:
    """A template, a rule for lifetimes, and who may register clients."""
    template = TemplateIn.model_validate(
        {
            "team_id": known.team,
            "name": "Partner feed",
            "description": "What partners read their feed with",
            "audiences": ["https://partner.example"],
            "claims": {"tier": {"value": "gold"}, "mail": {"from": "subject.email"}},
        }
    )
    create_template(SYSTEM, work, _ISSUER, template)
    set_lifetime(SYSTEM, work, "service", LifetimeIn(default_seconds=43_200))
    create_registration_token(SYSTEM, work, RegistrationTokenIn(team_id=known.team, name="CI of the web team"))


def _people(work: Work, known: Known) -> None:
    known.team = next(iter(list_teams(SYSTEM, work, PageRequest()).items)).id
    payments = create_team(SYSTEM, work, TeamIn(name="Payments"))
    for name, role in (("Grace Hopper", Role.OWNER), ("Alan Turing", Role.DEVELOPER), ("Edsger Dijkstra", Role.VIEWER)):
        email = f"{name.split()[0].lower()}@example.com"
        user = create_user(SYSTEM, work, UserIn(email=email, name=name, password=PASSWORD))
        set_member(SYSTEM, work, payments.id, user.id, role)
        known.user = user.id


def _catalogue(work: Work, known: Known) -> None:
    for vendor, name in (("openai", "OpenAI production"), ("anthropic", "Anthropic")):
        given = ProviderIn(vendor=vendor, name=name, api_key="sk-test-0123456789", base_url="http://127.0.0.1:9/v1")
        provider = create_provider(SYSTEM, work, given)
        known.providers[name] = provider.id
        for model in enable_models(SYSTEM, work, provider.id, _MODELS[vendor]):
            known.models[model.name] = model.id
    outcome = ConnectionTest(ok=True, code="connected", message="Connected: 84 models.", models_found=84)
    record_test(SYSTEM, work, known.providers["OpenAI production"], outcome)
    refused = ConnectionTest(ok=False, code="vendor_refused", message="Anthropic refused the key: invalid x-api-key.")
    record_test(SYSTEM, work, known.providers["Anthropic"], refused)


def _applications(work: Work, known: Known) -> None:
    for name, description in _APPLICATIONS.items():
        given = ApplicationIn(team_id=known.team, name=name, description=description)
        application = create_application(SYSTEM, work, given)
        known.applications[name] = application.id
        for token_name in ("production", "staging", "laptop of Ada"):
            issued = issue_token(
                SYSTEM, work, _ISSUER, TokenIn(name=token_name, application_id=application.id, scopes=["orders:read"])
            )
            known.token = issued.row.jti
            issued.row.last_used_at = work.clock.now() - timedelta(minutes=3)
    revoke_token(SYSTEM, work, known.token, "leaked in a public repository")


def _services(work: Work, known: Known) -> None:
    for name, path, access, publish in (
        ("Orders", "/orders", "subscription", True),
        ("Catalogue", "/catalogue", "public", True),
        ("Invoices", "/invoices", "token", False),
    ):
        given = ServiceIn.model_validate(
            {
                "team_id": known.team,
                "name": name,
                "description": f"{name} of the shop",
                "base_path": path,
                "access": access,
                "upstream_url": f"http://{name.lower()}.internal:9000",
                "publish": publish,
            }
        )
        known.services[name] = create_service(SYSTEM, work, given).id
    known.revision = list_versions(SYSTEM, work, known.services["Orders"])[0].live[0].id
    for application in ("checkout", "support-bot"):
        subscribe(SYSTEM, work, known.services["Orders"], known.applications[application])


def _nodes(work: Work) -> None:
    now = work.clock.now()
    columns = {column.key for column in NodeRow.__table__.columns}
    for name, rejected in (("node-1", False), ("node-2", True)):
        values: dict[str, Any] = {
            "name": name,
            "started_at": now - timedelta(days=2),
            "last_seen_at": now + timedelta(hours=1),
            # node-1 is ahead of whatever other tests of the same Passgate publish and revoke.
            "snapshot_version": 41 if rejected else 1_000_000,
            "snapshot_at": now - timedelta(minutes=4),
            "revocation_seq": 1 if rejected else 1_000_000,
            "revocation_at": now,
            "rejected_version": 42 if rejected else None,
            "rejection": REJECTION if rejected else None,
            "rejected_at": now if rejected else None,
        }
        work.session.add(NodeRow(**{key: value for key, value in values.items() if key in columns}))


def _calls(work: Work, known: Known) -> None:
    chance = random.Random(7)  # noqa: S311 - figures of an example
    now = work.clock.now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    for age in range(24 * 30):
        for name, weight in (("checkout", 40), ("support-bot", 22), ("search-index", 9), ("analytics", 3)):
            _hour(work, known, hour - timedelta(hours=age), name, max(0, int(chance.gauss(weight, weight / 4))))
    for number in range(70):
        add_call(work, known, now - timedelta(seconds=17 * number), chance, number)


def _hour(work: Work, known: Known, hour: datetime, name: str, calls: int) -> None:
    errors = calls // 17
    common = {"hour": hour, "team_id": known.team, "application_id": known.applications[name]}
    work.session.add(CallHour(**common, kind="ai", service_id="", calls=calls, errors=errors, latency_ms=calls * 740))
    model = {"search-index": "text-embedding-3-small", "support-bot": "claude-sonnet-4-5"}.get(name, "gpt-4o-mini")
    work.session.add(
        UsageHour(
            **common,
            model=model,
            provider_id="",
            calls=calls,
            errors=errors,
            latency_ms=calls * 700,
            tokens_in=calls * 812,
            tokens_out=calls * 240,
            cost=calls * 1_930,
        )
    )


def add_call(work: Work, known: Known, at: datetime, chance: random.Random, number: int) -> str:
    """One call with its usage; the request id."""
    name = chance.choice(list(_APPLICATIONS))
    request_id = f"{int(at.timestamp() * 1000)}-{uuid.UUID(int=known.request_ids.getrandbits(128))}"
    is_ai = number % 4 != 3
    status, code = (
        (429, "rate_limited")
        if number % 13 == 5
        else (403, "subscription_missing")
        if number % 11 == 7
        else (200, None)
    )
    model = chance.choice(["gpt-4o-mini", "gpt-4o", "claude-sonnet-4-5"])
    work.session.add(
        Call(
            node="node-1",
            request_id=request_id,
            started_at=at,
            kind="ai" if is_ai else "rest",
            method="POST" if is_ai else "GET",
            path="/v1/chat/completions" if is_ai else "/orders/4711",
            status=status,
            code=code,
            duration_ms=chance.randint(180, 2400),
            upstream_ms=chance.randint(100, 900),
            bytes_in=640,
            bytes_out=1830,
            attempts=1,
            team_id=known.team,
            application_id=known.applications[name],
            service_id=None if is_ai else known.services["Orders"],
            model=model if is_ai else None,
            jti=known.token,
            subject=known.applications[name],
            client_ip="10.1.4.9",
            user_agent="OpenAI/Python 3.54.0",
            cached=status == 200 and number % 8 == 3,
        )
    )
    if is_ai and status == 200:
        work.session.add(
            Usage(
                request_id=request_id,
                node="node-1",
                started_at=at,
                application_id=known.applications[name],
                team_id=known.team,
                jti=known.token,
                subject=known.applications[name],
                format_in="openai-chat",
                model=model,
                provider_id=None,
                vendor="openai",
                vendor_model=model,
                deployment_id=None,
                stream=True,
                status=200,
                outcome="ok",
                error_code=None,
                tokens_in=chance.randint(80, 4200),
                tokens_out=chance.randint(20, 900),
                cached_tokens_in=64,
                cache_write_tokens=0,
                reasoning_tokens=0,
                audio_tokens_in=0,
                audio_tokens_out=0,
                usage_source="vendor",
                cost=chance.randint(90, 40_000),
                price_version="genai-prices 0.2.3",
                unit_prices="input=0.15;output=0.6;cached_input=0.075",
                latency_ms=900,
                first_token_ms=310,
                finish_reason="stop",
                dropped=[],
            )
        )
    return request_id
