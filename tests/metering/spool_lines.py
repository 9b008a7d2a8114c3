"""Spool lines as Envoy and the workers write them."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from moving_clock import MovingClock
from passgate.contracts.call_record import FACTS

START = MovingClock().now().replace(minute=0, second=0)
"""A full hour, shortly before the tests' clock."""


def request_id(number: int) -> str:
    return f"{1_773_480_000_000 + number}-{UUID(int=number + (1 << 64))}"


def moment(number: int) -> datetime:
    """Calls follow each other by 10 ms."""
    return START + timedelta(milliseconds=10 * number)


def call_line(number: int, **fields: Any) -> bytes:
    """The access line of the call of that number: a REST call, unless a field says otherwise."""
    line = {
        "request_id": request_id(number),
        "start": moment(number).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "method": "GET",
        "path": f"/orders/{number}",
        "status": 200,
        "details": "via_upstream",
        "flags": "-",
        "duration_ms": 12,
        "upstream_ms": 9,
        "bytes_in": 0,
        "bytes_out": 512,
        "attempts": 1,
        "route": "rest",
        "service_id": "svc_orders",
        "jti": "tok_a",
        "subject": "app_a",
        "application_id": "app_a",
        "user_agent": "curl/8.5.0",
        "client_ip": "10.0.0.7",
    }
    line |= fields
    facts = " ".join("-" if line[name] is None else str(line.pop(name)) for name in FACTS)
    return json.dumps({"facts": facts, **line}).encode() + b"\n"


def ai_call_line(number: int, **fields: Any) -> bytes:
    """The access line of an AI call."""
    ai = {"route": "ai", "service_id": None, "method": "POST", "path": "/v1/chat/completions"}
    return call_line(number, **ai | fields)


def usage_line(number: int, **fields: Any) -> bytes:
    """The worker's line of the call of that number."""
    line = {
        "request_id": request_id(number),
        "start": (moment(number) + timedelta(milliseconds=1)).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "application_id": "app_a",
        "team_id": "team_red",
        "jti": "tok_a",
        "subject": "app_a",
        "format_in": "openai-chat",
        "model": "gpt-5-mini",
        "provider_id": "prv_openai",
        "vendor": "openai",
        "vendor_model": "gpt-5-mini-2025-08-07",
        "deployment_id": "dep_1",
        "stream": True,
        "status": 200,
        "outcome": "ok",
        "error_code": None,
        "usage": {"input": 100, "output": 20, "cached_input": 50, "reasoning": 5},
        "usage_source": "vendor",
        "cost_micro_dollars": 65,
        "price_version": "genai-prices 0.2.3",
        "latency_ms": 11,
        "first_token_ms": 4,
        "finish_reason": "stop",
        "service_id": None,
        "dropped": ["logit_bias"],
    }
    return json.dumps(line | fields).encode() + b"\n"
