"""Revoking tokens, and seeing how soon every node enforces it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Concatenate

from passgate.console.components.dialog import form_dialog
from passgate.console.components.field import text_field
from passgate.console.components.form import Form
from passgate.console.formatting import counted, milliseconds
from passgate.console.visit import Visit
from passgate.gateway.enforcement import Enforcement, enforcement_of
from passgate.identity.schemas import Revoked
from passgate.identity.service.token_revocation import revoke_application_tokens, revoke_token, revoke_user_tokens
from passgate.identity.service.tokens import get_token
from passgate.kernel.actor import Actor
from passgate.storage.work import Work

_LOOKS = 40
_PAUSE_SECONDS = 0.1

Done = Callable[[], Awaitable[object]]
_Revoke = Callable[Concatenate[Actor, Work, str, str, ...], Revoked]


async def ask_to_revoke(visit: Visit, jti: str, done: Done) -> None:
    """Ask for a reason, revoke the token, and tell when every node refuses it."""
    token = await visit.ask(get_token, jti)
    _ask(
        visit,
        f"Revoke “{token.name}”?",
        "The next call with it, or with a token narrowed from it, is refused on every node within a second. "
        "This cannot be undone.",
        "Revoke token",
        revoke_token,
        jti,
        done,
    )


async def ask_to_revoke_all(visit: Visit, application_id: str, name: str, done: Done) -> None:
    """Ask for a reason, and revoke all that the application holds."""
    _ask(
        visit,
        f"Revoke all tokens of “{name}”?",
        "Every token that the application holds now is refused within a second. Tokens issued afterwards hold.",
        "Revoke all tokens",
        revoke_application_tokens,
        application_id,
        done,
    )


def ask_to_revoke_of_user(visit: Visit, user_id: str, name: str, done: Done) -> None:
    """Ask for a reason, and revoke all that a user holds or has issued."""
    _ask(
        visit,
        f"Revoke all tokens of {name}?",
        "Every token that they hold, and every token that they issued to an application, is refused within a second.",
        "Revoke all tokens",
        revoke_user_tokens,
        user_id,
        done,
    )


def _ask(  # noqa: PLR0913, PLR0917 - what a question is made of
    visit: Visit, title: str, lead: str, action: str, use_case: _Revoke, of: str, done: Done
) -> None:
    async def revoke(form: Form) -> None:
        revoked = await visit.change(use_case, of, form["reason"])
        await done()
        await _tell_enforcement(visit, revoked)

    with form_dialog(title, lead, action, revoke, kind="danger") as form:
        form.add(
            "reason",
            text_field(
                "Reason",
                optional=True,
                placeholder="leaked in a public repository",
                help_text="Kept with the token, for whoever looks at it later.",
            ),
        )


async def _tell_enforcement(visit: Visit, revoked: Revoked) -> None:
    if not revoked.is_entered:
        visit.tell("Nothing was left to revoke.", "warn")
        return
    fallen = f"{counted(revoked.count, 'token')} revoked."
    for _ in range(_LOOKS):
        found = await visit.ask(enforcement_of, revoked.seq)
        if found.complete or found.nodes == 0:
            break
        await asyncio.sleep(_PAUSE_SECONDS)
    tone = "good" if found.complete else "warn"
    visit.tell(f"{fallen} {_words_of(found)}", tone)  # type: ignore[arg-type]  # one of two tones


def _words_of(found: Enforcement) -> str:
    if found.nodes == 0:
        return "No node reports now; each enforces it as soon as it is back."
    where = f"{found.enforced} of {counted(found.nodes, 'node')}"
    if not found.complete:
        return f"Enforced on {where} so far; see the nodes page."
    return f"Enforced on {where}" + (f" in {milliseconds(found.milliseconds)}." if found.milliseconds else ".")
