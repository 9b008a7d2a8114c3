"""One template: made, looked at, and tokens issued by it."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, get_args

from passgate.console.components.banner import banner
from passgate.console.components.copyable import identifier, secret_once, snippet
from passgate.console.components.dialog import drawer, form_dialog, view_dialog
from passgate.console.components.facts import facts
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.server_search import fitting, search_on_server
from passgate.console.components.text import Words, box
from passgate.console.duration import duration, read_duration
from passgate.console.visit import Visit
from passgate.identity.custom_claims import Source
from passgate.identity.models import TokenTemplate
from passgate.identity.schemas import Algorithm, TokenIn
from passgate.identity.service.applications import list_applications
from passgate.identity.service.token_templates import create_template
from passgate.identity.service.tokens import issue_token
from passgate.identity.token_schemas import TemplateIn
from passgate.kernel.actor import Actor
from passgate.kernel.errors import InvalidInputError
from passgate.kernel.pagination import MAX_PAGE, PageRequest
from passgate.storage.work import Work

_SELF = ""
_SOURCES = ", ".join(get_args(Source))


def open_template(visit: Visit, template: TokenTemplate) -> None:
    """Show a template."""
    with visit.client.content, drawer(template.name, template.description):
        facts(
            [
                ("Id", lambda: identifier(template.id)),
                ("For", ", ".join(template.audiences)),
                ("Signed by", template.algorithm + (", with a secret of its own" if template.sealed_secret else "")),
                ("Lives", duration(template.lifetime_seconds) or "by the rules for lifetimes"),
            ]
        )
        with box("pg-stack-s"):
            Words("Claims", "h3")
            snippet(json.dumps(template.claims, indent=2, ensure_ascii=False), "text")


def ask_for_template(visit: Visit, teams: Mapping[str, str], done: Callable[[], Awaitable[object]]) -> None:
    """Ask for a new template, and show its secret where one was made."""

    async def save(form: Form) -> None:
        made = await visit.change(create_template, visit.console.token_issuer, _given(form))
        await done()
        if made.secret is not None:
            _show_secret(visit, made.row.name, made.secret)

    lead = "Claims with a meaning of their own (sub, scope, models…) are protected; nobody sets them here."
    with visit.client.content, form_dialog("New token template", lead, "Create template", save, size="wide") as form:
        form.add("name", text_field("Name", placeholder="partner feed"))
        form.add("team_id", choice_field("Team", teams, value=next(iter(teams), None)))
        form.add("description", text_field("Description", optional=True))
        form.add("audiences", text_field("For", help_text="Audiences, apart by blanks; never Passgate's own."))
        form.add("algorithm", choice_field("Signed by", list(get_args(Algorithm)), value="ES256"))
        form.add(
            "secret",
            text_field("Secret", secret=True, optional=True, help_text="Of HS256; left out, one is made and shown."),
        )
        form.add("claims", text_field("Fixed claims", optional=True, lines=3, placeholder='{"tier": "gold"}'))
        form.add(
            "taken",
            text_field(
                "Claims from the subject",
                optional=True,
                lines=2,
                placeholder="mail = subject.email",
                help_text=f"One a line, from {_SOURCES}.",
            ),
        )
        form.add("lifetime_seconds", text_field("Lives", optional=True, placeholder="12 hours"))


async def ask_to_issue_by(visit: Visit, template: TokenTemplate) -> None:
    """Issue a token by a template, and show it this once."""
    owners = await visit.ask(_owners, template.team_id)

    async def issue(form: Form) -> None:
        given = TokenIn(
            kind="custom",
            name=form["name"],
            template_id=template.id,
            application_id=form["application_id"] or None,
            lifetime_seconds=read_duration(form.text("lifetime_seconds"), "lifetime_seconds"),
        )
        issued = await visit.change(issue_token, visit.console.token_issuer, given)
        with visit.client.content, view_dialog("Your new token", done="I have copied it"):
            with banner("Copy it now: it is shown this once.", "Passgate keeps what it is for.", tone="warn"):
                pass
            secret_once(issued.token, "Token")

    lead = f"For {', '.join(template.audiences)}; it passes neither the gate nor the management API."
    with visit.client.content, form_dialog(f"New token by {template.name}", lead, "Create token", issue) as form:
        form.add("name", text_field("Name", placeholder="nightly export"))
        owner = choice_field("For", owners, value=_SELF, searchable=True)
        search_on_server(owner, lambda text: visit.ask(_owners, template.team_id, text))
        form.add("application_id", owner)
        form.add("lifetime_seconds", text_field("Lives", optional=True, placeholder="12 hours"))


def _given(form: Form) -> TemplateIn:
    claims: dict[str, Any] = {name: {"value": value} for name, value in _object(form.text("claims")).items()}
    for line in (form.text("taken") or "").splitlines():
        if not line.strip():
            continue
        name, equals, source = (part.strip() for part in line.partition("="))
        if not equals or source not in get_args(Source):
            raise InvalidInputError(f"Write each as a claim = one of {_SOURCES}.", field="taken")
        claims[name] = {"from": source}
    return TemplateIn(
        team_id=form["team_id"] or "",
        name=form["name"],
        description=form["description"],
        audiences=form["audiences"].split(),
        algorithm=form["algorithm"],
        claims=claims,
        secret=form.secret("secret") or None,
        lifetime_seconds=read_duration(form.text("lifetime_seconds"), "lifetime_seconds"),
    )


def _object(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise InvalidInputError('Write a JSON object, such as {"tier": "gold"}.', field="claims")
    return found


def _show_secret(visit: Visit, name: str, secret: str) -> None:
    with visit.client.content, view_dialog(f"The secret of {name}", done="I have copied it"):
        with banner("Copy it now: it is shown this once.", "Whoever verifies its tokens needs it.", tone="warn"):
            pass
        secret_once(secret, "Secret")


def _owners(actor: Actor, work: Work, team_id: str, text: str = "") -> dict[str, str]:
    found = list_applications(actor, work, PageRequest(limit=MAX_PAGE), team_id, text).items
    return fitting({_SELF: "Yourself"}, text) | {one.id: one.name for one in found if one.is_active}
