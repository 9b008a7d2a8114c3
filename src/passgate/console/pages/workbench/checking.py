"""Checking a token: paste it, see what it says and each check with its reason."""

import json
from collections.abc import Mapping
from typing import Any

from nicegui.element import Element

from passgate.console.components.badge import Tone, badge
from passgate.console.components.banner import banner
from passgate.console.components.button import button
from passgate.console.components.card import card
from passgate.console.components.copyable import snippet
from passgate.console.components.facts import fact, fact_list
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.text import Words, box, muted
from passgate.console.visit import Visit
from passgate.identity.service.token_explanation import ExplainedToken, TokenToExplain, explain_token
from passgate.sdk.explanation import CheckResult

_WITH = {
    "ours": "Passgate's keys and deny list, as an access token",
    "ours_any": "Passgate's keys, as any JWT",
    "secret": "A shared secret (HS256)",
    "public_key": "A public key (PEM, JWK or JWK Set)",
}
_TONES: Mapping[str, Tone] = {"pass": "good", "fail": "bad", "skip": "plain"}
_WORDS = {"pass": "Passed", "fail": "Failed", "skip": "Not looked at"}


def checking_card(visit: Visit) -> None:
    """The card with its form and, once asked, the answer."""
    form = Form()
    with card("Check a token", "Any JWT, of Passgate or of anyone."):
        form.problem_place()
        form.add("token", text_field("Token", lines=4, placeholder="eyJhbGciOi…"))
        choice = choice_field("Check with", _WITH, value="ours")
        with box() as secret:
            form.add("secret", text_field("Secret", secret=True))
        with box() as public_key:
            form.add("public_key", text_field("Public key", lines=4, placeholder="-----BEGIN PUBLIC KEY-----"))
        form.add("issuer", text_field("Issuer", optional=True, help_text="What iss must be."))
        form.add("audience", text_field("Audience", optional=True, help_text="What must stand in aud."))
        with box("pg-between"):
            pressed = button("Check", kind="primary", icon="check")
        with box("pg-stack") as answer:
            muted("What the token says, and each check, will stand here.")

    def choose() -> None:
        secret.set_visibility(choice.value == "secret")
        public_key.set_visibility(choice.value == "public_key")

    async def check() -> None:
        given = TokenToExplain.model_validate(
            {
                "token": form.secret("token"),
                "profile": "any_jwt" if choice.value == "ours_any" else None,
                "secret": form.secret("secret") if choice.value == "secret" else None,
                "public_key": form.text("public_key") if choice.value == "public_key" else None,
                "issuer": form.text("issuer"),
                "audience": form.text("audience"),
            }
        )
        _show(answer, await visit.ask(explain_token, visit.console.token_issuer, given))

    async def submit() -> None:
        await form.submit(check, pressed)

    choice.on_value_change(choose)
    pressed.on_click(submit)
    choose()


def _show(answer: Element, found: ExplainedToken) -> None:
    answer.clear()
    with answer:
        title = "This token holds." if found.holds else "This token does not hold."
        first = next((check for check in found.checks if check.outcome == "fail"), None)
        with banner(title, first.reason if first else "", tone="good" if found.holds else "bad"):
            for note in found.notes:
                Words(note, "p", "pg-small")
        _part("Header", found.header)
        _part("Payload", found.payload)
        Words("Checks", "h3")
        with fact_list():
            for each in found.checks:
                _row(each)


def _part(title: str, content: Mapping[str, Any] | None) -> None:
    Words(title, "h3")
    if content is None:
        muted("It cannot be read.")
        return
    snippet(json.dumps(dict(content), indent=2, ensure_ascii=False), "javascript")


def _row(check: CheckResult) -> None:
    def value() -> None:
        badge(_WORDS[check.outcome], _TONES[check.outcome], dot=True)
        Words(f" {check.reason}")

    fact(check.title, value)
