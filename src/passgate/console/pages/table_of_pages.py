"""Every page below the frame: its path, its title, what builds it."""

from collections.abc import Mapping

from passgate.console.edge import MOUNT_PATH
from passgate.console.outlet import PageBuilder
from passgate.console.pages.access import page as access
from passgate.console.pages.alerts import page as alerts
from passgate.console.pages.applications import detail as application
from passgate.console.pages.applications import list as applications
from passgate.console.pages.applications import registration
from passgate.console.pages.audit import list as audit
from passgate.console.pages.calls import list as calls
from passgate.console.pages.issuers import list as issuers
from passgate.console.pages.issuers import provider as identity_provider
from passgate.console.pages.issuers import trusted as trusted_issuer
from passgate.console.pages.keys import list as keys
from passgate.console.pages.ledger import list as ledger
from passgate.console.pages.limits import list as limits
from passgate.console.pages.models import detail as model
from passgate.console.pages.models import list as models
from passgate.console.pages.nodes import list as nodes
from passgate.console.pages.overview import page as overview
from passgate.console.pages.people import team, teams, user, users
from passgate.console.pages.playground import page as playground
from passgate.console.pages.policies import list as policies
from passgate.console.pages.policies import masking_log
from passgate.console.pages.portal import catalogue as portal
from passgate.console.pages.portal import mine as portal_mine
from passgate.console.pages.portal import service as portal_service
from passgate.console.pages.prompts import new as new_prompt
from passgate.console.pages.providers import detail as provider
from passgate.console.pages.providers import list as providers
from passgate.console.pages.providers import new as new_provider
from passgate.console.pages.roles import list as roles
from passgate.console.pages.services import detail as service
from passgate.console.pages.services import list as services
from passgate.console.pages.services import new as new_service
from passgate.console.pages.services import revision as service_revision
from passgate.console.pages.sessions import list as sessions
from passgate.console.pages.subscriptions import list as subscriptions
from passgate.console.pages.tokens import detail as token
from passgate.console.pages.tokens import lifetimes as token_lifetimes
from passgate.console.pages.tokens import list as tokens
from passgate.console.pages.tokens import of_user as tokens_of_user
from passgate.console.pages.tokens import templates as token_templates
from passgate.console.pages.workbench import page as workbench

PORTAL_PAGES: Mapping[str, tuple[str, PageBuilder]] = {
    "/portal": ("Developer portal", portal.show),
    "/portal/services/{service_id}": ("Service", portal_service.show),
}
"""What guests may open."""

PAGES: Mapping[str, tuple[str, PageBuilder]] = {
    "/": ("Overview", overview.show),
    "/alerts": ("Alerts", alerts.show),
    "/calls": ("Calls", calls.show),
    "/providers": ("Providers", providers.show),
    "/providers/new": ("Add a provider", new_provider.show),
    "/providers/{provider_id}": ("Provider", provider.show),
    "/models": ("Models", models.show),
    "/models/{model_id}": ("Model", model.show),
    "/playground": ("Playground", playground.show),
    "/limits": ("Limits & budgets", limits.show),
    "/policies": ("Policies", policies.show),
    "/policies/masking": ("Masking log", masking_log.show),
    "/ledger": ("Price corrections", ledger.show),
    **PORTAL_PAGES,
    "/portal/mine": ("My subscriptions", portal_mine.show),
    "/subscriptions": ("Subscriptions", subscriptions.show),
    "/services": ("Services", services.show),
    "/services/new": ("New service", new_service.show),
    "/services/new-prompt": ("New prompt API", new_prompt.show),
    "/services/{service_id}": ("Service", service.show),
    "/services/{service_id}/revisions/{revision_id}": ("Revision", service_revision.show),
    "/applications": ("Applications", applications.show),
    "/applications/registration": ("Client registration", registration.show),
    "/applications/{application_id}": ("Application", application.show),
    "/tokens": ("Tokens", tokens.show),
    "/tokens/templates": ("Token templates", token_templates.show),
    "/tokens/lifetimes": ("Token lifetimes", token_lifetimes.show),
    "/tokens/{jti}": ("Token", token.show),
    "/users": ("Users", users.show),
    "/users/{user_id}": ("User", user.show),
    "/users/{user_id}/tokens": ("Tokens of a user", tokens_of_user.show),
    "/teams": ("Teams", teams.show),
    "/teams/{team_id}": ("Team", team.show),
    "/roles": ("Roles", roles.show),
    "/sessions": ("Sessions", sessions.show),
    "/audit": ("Audit", audit.show),
    "/access": ("Access check", access.show),
    "/nodes": ("Nodes", nodes.show),
    "/keys": ("Signing keys", keys.show),
    "/issuers": ("Issuers", issuers.show),
    "/issuers/providers/{identity_provider_id}": ("Identity provider", identity_provider.show),
    "/issuers/trusted/{issuer_id}": ("Trusted issuer", trusted_issuer.show),
    "/workbench": ("JWT workbench", workbench.show),
}
"""By path within the console; the first that fits is taken."""


def is_open_to_guests(path: str) -> bool:
    """Whether a path of the browser's leads to a page that needs no sign-in."""
    within = path.removeprefix(MOUNT_PATH).rstrip("/")
    return within == "/portal" or within.startswith("/portal/services/")
