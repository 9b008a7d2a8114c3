"""Who calls, as the registry knows it: a token, any good token of an application, or nobody."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import select

from passgate.contracts.gateway_snapshot import PlanRate
from passgate.contracts.published_service import PublishedService
from passgate.contracts.revocation_list import TokenFacts
from passgate.gateway.compile.route_policies import RoutePolicies
from passgate.gateway.preview.rule import Rule, asked
from passgate.identity.models import Application, Token
from passgate.identity.published_state import published_keys
from passgate.identity.schemas import TokenIssuer
from passgate.identity.service.revocation import refusal_of
from passgate.identity.service.scopes import roles_of_bearer
from passgate.identity.service.token_signing import access_claims
from passgate.kernel.clock import epoch_seconds
from passgate.publishing.models import Subscription
from passgate.publishing.plans.models import Plan
from passgate.publishing.plans.repository import OPEN
from passgate.storage.work import Work


@dataclass(frozen=True)
class StoredCaller:
    """A caller, with what is stored of it now. The roles are those that a token issued now would bear."""

    work: Work
    issuer: TokenIssuer
    token: Token | None
    application: Application | None

    @cached_property
    def claims(self) -> Mapping[str, Any] | None:
        """Of the token; None for an application, whose tokens may say this or that."""
        row = self.token
        if row is None:
            return None
        roles = roles_of_bearer(self.work, row.application_id, row.user_id, row.team_id)
        return access_claims(self.issuer, row, roles)

    def rules(self, service: PublishedService, policies: RoutePolicies) -> Iterator[Rule]:
        """What is asked of the token, of its list of services, and of the subscription."""
        yield from self.token_rules()
        if self.token is None and self.application is None:
            return
        if self.token is not None and self.token.services is not None:
            is_named = service.id in self.token.services
            words = f"The token is limited to services; {service.name} {'is' if is_named else 'is not'} among them."
            yield asked("token_services", passed=is_named, text=words, code="service_not_in_token", status=403)
        if policies.access.who == "subscription":
            yield self._subscription_rule(service)
        else:
            yield Rule("access", "passes", f"Any good token may call {service.name}.")

    def rates(self, service: PublishedService) -> Iterable[PlanRate]:
        """What the plan of the subscription allows."""
        found = self._subscription(service.id)
        plan = self.work.session.get(Plan, found.plan_id) if found is not None and found.plan_id is not None else None
        return tuple(PlanRate.model_validate(rate) for rate in plan.rates) if plan is not None else ()

    def token_rules(self) -> Iterator[Rule]:
        """What is asked of the token wherever it goes."""
        if self.token is None and self.application is None:
            yield Rule("token", "refuses", "The call bears no token.", "token_missing", 401)
            return
        if self.token is not None:
            yield from _verification_rules(self.work, self.issuer, self.token)
        application = self.application
        if application is None:
            text = "No application stands behind the token (any more)."
            yield Rule("application", "refuses", text, "token_revoked", 401)
            return
        state = "is active" if application.is_active else "is not active"
        words = f"The application {application.name} {state}."
        yield asked("application", passed=application.is_active, text=words, code="token_revoked", status=401)

    def _subscription_rule(self, service: PublishedService) -> Rule:
        row = self._last_subscription(service.id)
        if row is None:
            words, state = f"The application is not subscribed to {service.name}.", "missing"
        else:
            reason = f": {row.reason}" if row.reason and row.status != "active" else "."
            words, state = f"The application's subscription to {service.name} is {row.status}{reason}", row.status
        return asked("subscription", passed=state == "active", text=words, code=f"subscription_{state}", status=403)

    def _subscription(self, service_id: str) -> Subscription | None:
        """The one in force."""
        row = self._last_subscription(service_id)
        return row if row is not None and row.status == "active" else None

    def _last_subscription(self, service_id: str) -> Subscription | None:
        """The one that is not over; where there is none, the newest."""
        if self.application is None:
            return None
        query = select(Subscription).where(
            Subscription.service_id == service_id, Subscription.application_id == self.application.id
        )
        is_over = Subscription.status.not_in(OPEN)
        return self.work.session.scalars(query.order_by(is_over, Subscription.id.desc())).first()


def _verification_rules(work: Work, issuer: TokenIssuer, token: Token) -> Iterator[Rule]:
    is_for_gate = issuer.audience in token.audiences
    words = f"The token is for {', '.join(token.audiences)}; the gate takes {issuer.audience}."
    yield asked("audience", passed=is_for_gate, text=words, code="token_wrong_audience", status=401)
    is_signed = token.kid in {key["kid"] for key in published_keys(work)}
    holds = "is published" if is_signed else "is not published (any more)"
    words = f"The key {token.kid or 'of its own'} that signed the token {holds}."
    yield asked("signing_key", passed=is_signed, text=words, code="token_unknown_key", status=401)
    is_alive = token.expires_at > work.clock.now()
    words = f"The token {'holds' if is_alive else 'held'} until {token.expires_at:%Y-%m-%d %H:%M} UTC."
    yield asked("expiry", passed=is_alive, text=words, code="token_expired", status=401)
    yield _revocation_rule(work, token)


def _revocation_rule(work: Work, token: Token) -> Rule:
    issued = epoch_seconds(token.issued_at)
    entry = refusal_of(work, TokenFacts(token.jti, token.subject, token.application_id, issued, kid=token.kid))
    if token.revoked_at is None and entry is None:
        return Rule("revocation", "passes", "Neither the token nor what it stands for was revoked.")
    reason = token.revoked_reason or (entry.reason if entry is not None else "") or "no reason was given"
    level = entry.kind if entry is not None else "token"
    return Rule("revocation", "refuses", f"Revoked by an entry for the {level}: {reason}.", "token_revoked", 401)
