"""Signing claims: with a secret of one's own, or as a custom token with Passgate's key."""

import time
from typing import Any

from nicegui.element import Element

from passgate.console.components.banner import banner
from passgate.console.components.button import button
from passgate.console.components.card import card
from passgate.console.components.copyable import secret_once, snippet
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.server_search import search_on_server
from passgate.console.components.text import Words, box, muted
from passgate.console.visit import Visit
from passgate.identity.schemas import TokenIn
from passgate.identity.service.applications import list_applications
from passgate.identity.service.tokens import issue_token
from passgate.kernel.actor import Actor
from passgate.kernel.errors import InvalidInputError
from passgate.kernel.pagination import MAX_PAGE, PageRequest
from passgate.kernel.permissions import Permission
from passgate.sdk.given_key import secret_notes
from passgate.sdk.signing_key import SigningKey
from passgate.sdk.strict_json import strict_object
from passgate.storage.work import Work

_CLAIMS = '{\n  "data": "user data"\n}'
_WITH = {"secret": "A shared secret (HS256)", "ours": "Passgate's key (ES256), as a custom token"}
_LIFETIMES = {3600: "1 hour", 86_400: "1 day", 604_800: "7 days"}
_NODE = """const jwt = require("jsonwebtoken");
const claims = jwt.verify(token, "%s", { algorithms: ["HS256"] });
console.log(claims);"""


async def signing_card(visit: Visit, place: Element) -> None:
    """The card with its form and, once asked, the token."""
    applications = await visit.ask(_applications)
    form = Form()
    with place, card("Sign claims", "A token of your own: to learn, to test, or to hand to a service."):
        form.problem_place()
        form.add("claims", text_field("Claims", lines=4, value=_CLAIMS, help_text="A JSON object; exp is added."))
        form.add("lifetime_seconds", choice_field("Lifetime", _LIFETIMES, value=3600))
        choice = choice_field("Sign with", _WITH if applications else {"secret": _WITH["secret"]}, value="secret")
        with box() as by_secret:
            form.add(
                "secret", text_field("Signing secret", value="", secret=True, help_text="Both sides must know it.")
            )
        with box() as by_key:
            chosen = choice_field("Application", applications, searchable=True)
            search_on_server(chosen, lambda text: visit.ask(_applications, text))
            form.add("application_id", chosen)
            form.add("audiences", text_field("For whom", placeholder="orders", help_text="The audience, aud."))
        with box("pg-between"):
            pressed = button("Sign", kind="primary", icon="key")
        with box("pg-stack") as answer:
            muted("The token will stand here.")

    def choose() -> None:
        by_secret.set_visibility(choice.value == "secret")
        by_key.set_visibility(choice.value == "ours")

    async def sign() -> None:
        claims = _claims(form.secret("claims"))
        if choice.value == "secret":
            _show_secret_signed(answer, claims, form.secret("secret"), form["lifetime_seconds"])
            return
        audience = form.text("audiences")
        given = TokenIn(
            kind="custom",
            name="workbench",
            application_id=form["application_id"] or "",
            audiences=[audience] if audience else [],
            claims=claims,
            lifetime_seconds=form["lifetime_seconds"],
        )
        issued = await visit.change(issue_token, visit.console.token_issuer, given)
        _show(answer, issued.token, "It is registered under Tokens, where it can be revoked.")

    async def submit() -> None:
        await form.submit(sign, pressed)

    choice.on_value_change(choose)
    pressed.on_click(submit)
    choose()


def _show_secret_signed(answer: Element, claims: dict[str, Any], secret: str, seconds: int) -> None:
    if not secret:
        raise InvalidInputError("A secret is needed.", field="secret")
    token = SigningKey.of_secret(secret.encode()).sign({"exp": int(time.time()) + seconds} | claims)
    _show(answer, token, *secret_notes(secret.encode()))
    with answer:
        Words("Verify it with Node", "h3")
        snippet(_NODE % "your secret", "javascript")


def _show(answer: Element, token: str, *notes: str) -> None:
    answer.clear()
    with answer:
        secret_once(token, "Signed token")
        for note in notes:
            with banner(note, tone="info"):
                pass


def _claims(text: str) -> dict[str, Any]:
    try:
        return strict_object(text.encode())
    except ValueError as error:
        raise InvalidInputError(f"This is not one JSON object: {error}.", field="claims") from None


def _applications(actor: Actor, work: Work, text: str = "") -> dict[str, str]:
    """Those that the actor may sign for."""
    if actor.teams_with(Permission.APPLICATION_READ) == frozenset():
        return {}
    found = list_applications(actor, work, PageRequest(limit=MAX_PAGE), search=text).items
    return {row.id: row.name for row in found if row.is_active and actor.may(Permission.TEMPLATE_WRITE, row.team_id)}
