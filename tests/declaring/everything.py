"""Documents of every kind, each with more than its defaults."""

from typing import Any

from passgate.declaring.catalogue import KINDS

_ORDERS = """openapi: 3.0.3
info: {title: Orders, version: "1"}
paths: {/orders: {get: {summary: All orders, responses: {"200": {description: All.}}}}}
"""
_ALL: list[dict[str, Any]] = [
    {"kind": "Team", "name": "Sales"},
    {"kind": "Team", "name": "Support"},
    {"kind": "Role", "name": "Watcher", "permissions": ["audit:read", "call:read"]},
    {"kind": "Role", "team": "Sales", "name": "Watcher", "description": "In Sales", "permissions": ["call:read"]},
    {
        "kind": "User",
        "email": "ann@sales.example",
        "name": "Ann",
        "role": "Watcher",
        "teams": [{"team": "Sales", "role": "owner"}, {"team": "Support", "role": "Watcher"}],
    },
    {"kind": "Application", "team": "Sales", "name": "Shop", "models": ["fast"], "roles": ["reader", "auditor"]},
    {"kind": "Application", "team": "Support", "name": "Desk"},
    {
        "kind": "Provider",
        "name": "OpenAI",
        "vendor": "openai",
        "api_key": "${ENV:OPENAI_API_KEY}",
        "keys": [{"label": "spare", "api_key": "${ENV:OPENAI_SPARE_API_KEY}"}],
        "pass_through": True,
        "pass_through_applications": [{"team": "Sales", "application": "Shop"}],
        "pass_through_charge_micro_dollars": 2500,
    },
    {"kind": "Provider", "name": "Bedrock", "vendor": "bedrock", "api_key": "${ENV:BEDROCK_API_KEY}"}
    | {"base_url": "https://bedrock-runtime.eu-central-1.amazonaws.com"},
    {
        "kind": "Model",
        "name": "fast",
        "aliases": ["quick", "default"],
        "strategy": "least-latency",
        "sticky": "user",
        "retries": 2,
        "time_limits": {"first_token": 5.0, "whole": 60.0},
        "fallbacks": ["slow"],
        "deployments": [
            {"provider": "OpenAI", "vendor_model": "gpt-4o-mini", "weight": 3},
            {"provider": "OpenAI", "vendor_model": "gpt-4o", "key": "spare", "priority": 1},
            {
                "provider": "OpenAI",
                "vendor_model": "gpt-4o",
                "key": "main",
                "priority": 1,
                "price": {"input": "2.5"},
            },
        ],
    },
    {
        "kind": "Model",
        "name": "slow",
        "fallbacks": ["fast"],
        "deployments": [{"provider": "Bedrock", "vendor_model": "amazon.nova-pro", "region": "eu-west-1"}],
    },
    {
        "kind": "AiPolicy",
        "name": "No cards",
        "masking": [{"name": "card", "kind": "card", "action": "block"}],
    },
    {
        "kind": "AiPolicy",
        "team": "Sales",
        "name": "Small",
        "application": {"team": "Sales", "application": "Shop"},
        "model": "fast",
        "cache_seconds": 60,
        "max_prompt_bytes": 10_000,
        "max_output_tokens": 500,
    },
    {
        "kind": "Service",
        "team": "Sales",
        "name": "Orders",
        "base_path": "/orders",
        "mcp_tools": ["get_orders"],
        "versions": [{"name": "v1", "upstream_url": "http://orders.example:9000", "document": {"text": _ORDERS}}],
    },
    {
        "kind": "Scope",
        "team": "Sales",
        "name": "orders:read",
        "description": "Read orders",
        "service": "Orders",
        "granted_to": [{"team": "Support", "application": "Desk"}],
    },
    {
        "kind": "Plan",
        "team": "Sales",
        "name": "Free",
        "services": ["Orders"],
        "rates": [{"calls": 100, "window": "minute"}],
        "is_default": True,
    },
    {
        "kind": "Plan",
        "team": "Sales",
        "name": "Gold",
        "services": ["Orders"],
        "budget": 5_000_000,
        "budget_window": "month",
        "needs_approval": True,
        "is_public": False,
        "invited_teams": ["Support"],
        "lifetime_days": 30,
        "position": 1,
    },
    {"kind": "Subscription", "team": "Sales", "application": "Shop", "service": "Orders", "plan": "Free"},
    {
        "kind": "Subscription",
        "team": "Support",
        "application": "Desk",
        "service": "Orders",
        "service_team": "Sales",
        "plan": "Gold",
        "state": "suspended",
        "note": "For tickets",
        "reason": "Not before June",
        "expires_at": "2027-12-31T00:00:00Z",
    },
    {
        "kind": "Limit",
        "name": "Sales' month",
        "scope": "team",
        "team": "Sales",
        "measure": "money",
        "window": "month",
        "amount": 50_000_000,
        "alert_percents": [50, 100],
    },
    {
        "kind": "Limit",
        "name": "Shop's calls",
        "scope": "application",
        "team": "Sales",
        "target": "Shop",
        "measure": "requests",
        "window": "minute",
        "amount": 60,
    },
    {
        "kind": "Limit",
        "name": "fast",
        "scope": "model",
        "target": "fast",
        "measure": "parallel",
        "window": "none",
        "amount": 4,
    },
]


def everything(issuer: str) -> list[dict[str, Any]]:
    """All that can be declared; the trusted issuer is at that address."""
    trusted = {
        "kind": "TrustedIssuer",
        "name": "Company",
        "issuer": issuer,
        "audiences": ["passgate"],
        "algorithms": ["ES256"],
        "application_claim": "azp",
        "applications": {"shop-backend": {"team": "Sales", "application": "Shop"}},
        "required_claims": {"groups": ["gate-users"]},
    }
    documents = [*_ALL, trusted]
    assert {document["kind"] for document in documents} == set(KINDS)
    return documents
