"""An application's OAuth settings: what kind of client it is, where it returns to, its secrets."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from passgate.console.components.badge import badge
from passgate.console.components.banner import banner
from passgate.console.components.button import button
from passgate.console.components.card import card, card_head
from passgate.console.components.confirm import confirm
from passgate.console.components.copyable import secret_once, snippet
from passgate.console.components.dialog import form_dialog, view_dialog
from passgate.console.components.empty import empty, next_step
from passgate.console.components.facts import facts
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.table import Column, Row, Table, act
from passgate.console.components.text import box
from passgate.console.visit import Visit
from passgate.identity.models import Application
from passgate.identity.oauth.schemas import ClientSettings, ClientSettingsIn
from passgate.identity.oauth.secrets import DEFAULT_OVERLAP, end_secret, rotate_secret
from passgate.identity.oauth.settings import client_settings, remove_client_settings, set_client_settings
from passgate.kernel.actor import Actor
from passgate.kernel.errors import InvalidInputError, NotFoundError
from passgate.storage.work import Work

_KINDS = {
    "web": "Web: a server that signs people in",
    "spa": "Single-page: runs in the browser",
    "native": "Native: a program or a phone app",
    "service": "Service: calls in its own name",
}
_METHODS = {"client_secret": "A secret", "private_key_jwt": "A signed assertion", "none": "None (PKCE alone)"}
_OVERLAPS = {0: "None: the old ones end at once", 3600: "1 hour", 86_400: "1 day", 604_800: "7 days"}
_SECRET_COLUMNS = (
    Column("name", "Secret", "code"),
    Column("created", "Created", "relative"),
    Column("ends", "Ends", "relative"),
    Column("actions", "Actions", "actions"),
)


async def oauth_card(visit: Visit, application: Application, *, may_write: bool) -> None:
    """The section “OAuth”."""
    settings = await visit.ask(_settings, application.id)

    async def change() -> None:
        await _ask_for_settings(visit, application, settings)

    if settings is None:
        with card(flush=True):
            card_head("OAuth", "How it signs people in, or gets tokens by itself.")
            empty(
                "key",
                "No OAuth settings yet",
                "With them it can sign people in with Passgate, and get its own tokens by client credentials.",
                next_step("Set up OAuth", change) if may_write else None,
            )
        return
    with card(flush=True):
        with card_head("OAuth", "How it signs people in, or gets tokens by itself."):
            if may_write:
                button("Change", change, kind="quiet", icon="edit")
        with box("pg-card-body"):
            _facts(visit, settings)
        if settings.auth_method == "client_secret":
            _secrets(visit, application, settings, may_write=may_write)
        if may_write:
            with box("pg-card-body"):
                button("Remove OAuth settings", lambda: _ask_to_remove(visit, application), kind="quiet", icon="trash")


def _settings(actor: Actor, work: Work, application_id: str) -> ClientSettings | None:
    try:
        return client_settings(actor, work, application_id)
    except NotFoundError:
        return None


def _facts(visit: Visit, settings: ClientSettings) -> None:
    found: list[tuple[str, str | Callable[[], object]]] = [
        ("Kind", lambda: badge(_KINDS[settings.kind].partition(":")[0])),
        ("Client id", settings.application_id),
        ("Shows who it is by", _METHODS[settings.auth_method]),
        ("Issuer", visit.console.token_issuer.issuer),
    ]
    named = (
        ("Returns to", settings.redirect_uris),
        ("After signing out", settings.post_logout_redirect_uris),
        ("Told of logouts at", [settings.backchannel_logout_uri] if settings.backchannel_logout_uri else []),
        ("Keys at", [settings.jwks_uri] if settings.jwks_uri else []),
        ("Keys seen there", _keys_seen(settings)),
        ("Scopes", settings.scopes),
        ("Audiences", settings.audiences),
    )
    facts([*found, *((label, ", ".join(values)) for label, values in named if values)])
    if settings.kind == "service":
        snippet(f"curl {visit.console.public_url}/oauth2/token -u {settings.application_id}:$CLIENT_SECRET \\\n"
                "  -d grant_type=client_credentials", "bash")  # fmt: skip


def _keys_seen(settings: ClientSettings) -> list[str]:
    if settings.jwks_uri is None:
        return []
    seen = settings.fetched_keys
    if seen is None:
        return ["not looked at yet"]
    return [*seen.kids, *([seen.problem] if seen.problem else [])]


def _secrets(visit: Visit, application: Application, settings: ClientSettings, *, may_write: bool) -> None:
    async def rotate() -> None:
        await _ask_to_rotate(visit, application, settings)

    async def end(secret_id: str, _name: str) -> None:
        async def done() -> None:
            await visit.change(end_secret, application.id, secret_id)
            await visit.refresh()

        confirm("End this secret?", "Whoever still uses it gets no more tokens.", "End secret", done)

    rows: list[Row] = [
        {
            "id": secret.id,
            "name": f"…{secret.hint}",
            "created": secret.created_at.isoformat(),
            "ends": secret.expires_at.isoformat() if secret.expires_at else "",
            "actions": [act("end", "End", of=f"the secret …{secret.hint}", tone="bad")] if may_write else [],
        }
        for secret in settings.secrets
    ]
    with box("pg-card-body"), box("pg-between"):
        badge(f"{len(rows)} secret{'' if len(rows) == 1 else 's'}")
        if may_write:
            button("New secret", rotate, icon="plus")
    if rows:
        Table(_SECRET_COLUMNS, rows, label="Client secrets", on_act=end)


async def _ask_for_settings(visit: Visit, application: Application, settings: ClientSettings | None) -> None:
    async def save(form: Form) -> None:
        given = _given(form)
        await visit.change(set_client_settings, visit.console.token_issuer, application.id, given)
        await visit.refresh()

    lead = "Changing the kind, or how it shows who it is, ends its secrets and what people granted it."
    with form_dialog("OAuth settings", lead, "Save", save, size="wide") as form:
        known = settings
        form.add("kind", choice_field("Kind", _KINDS, value=known.kind if known else "web"))
        form.add(
            "auth_method",
            choice_field(
                "Shows who it is by",
                {"": "The usual for its kind", **_METHODS},
                value=known.auth_method if known else "",
            ),
        )
        form.add(
            "redirect_uris",
            _lines("Returns to", known.redirect_uris if known else [], "One URI a line; compared letter by letter."),
        )
        form.add(
            "scopes", _lines("Scopes", known.scopes if known else [], "One a line, beside openid, profile and email.")
        )
        form.add(
            "audiences",
            _lines(
                "Audiences", known.audiences if known else [], "Of your own services; the gate's is always allowed."
            ),
        )
        form.add(
            "post_logout_redirect_uris", _lines("After signing out", known.post_logout_redirect_uris if known else [])
        )
        form.add(
            "backchannel_logout_uri",
            text_field(
                "Told of logouts at", value=(known.backchannel_logout_uri or "") if known else "", optional=True
            ),
        )
        jwks = json.dumps(known.jwks) if known and known.jwks else ""
        form.add(
            "jwks",
            text_field(
                "Public keys (JWK Set)", value=jwks, optional=True, lines=3, help_text="For a signed assertion."
            ),
        )
        form.add(
            "jwks_uri",
            text_field(
                "Where its keys are (JWKS URI)",
                value=(known.jwks_uri or "") if known else "",
                optional=True,
                help_text="Instead of the keys themselves; looked at every five minutes.",
            ),
        )


def _lines(label: str, values: list[str], help_text: str = "") -> Any:  # noqa: ANN401 - NiceGUI's element
    return text_field(label, value="\n".join(values), help_text=help_text, optional=True, lines=2)


def _given(form: Form) -> ClientSettingsIn:
    wanted: dict[str, Any] = {"kind": form["kind"], "auth_method": form["auth_method"] or None}
    for name in ("redirect_uris", "scopes", "audiences", "post_logout_redirect_uris"):
        wanted[name] = form[name].split()
    wanted["backchannel_logout_uri"] = form.text("backchannel_logout_uri")
    wanted["jwks_uri"] = form.text("jwks_uri")
    text = form.text("jwks")
    if text is not None:
        try:
            wanted["jwks"] = json.loads(text)
        except ValueError:
            raise InvalidInputError("This is no JSON.", field="jwks") from None
    return ClientSettingsIn(**wanted)


async def _ask_to_rotate(visit: Visit, application: Application, settings: ClientSettings) -> None:
    async def rotate(form: Form) -> None:
        overlap = timedelta(seconds=int(form["overlap"])) if settings.secrets else DEFAULT_OVERLAP
        new = await visit.change(rotate_secret, application.id, overlap)
        await visit.refresh()
        with visit.client.content, view_dialog("Your new client secret", done="I have copied it"):
            with banner("Copy it now: it is shown this once.", "Passgate keeps a hash of it.", tone="warn"):
                pass
            secret_once(new.text, "Client secret")

    lead = "The secrets before it hold until the overlap is over." if settings.secrets else "It is shown once."
    with form_dialog("New client secret", lead, "Create secret", rotate) as form:
        if settings.secrets:
            form.add("overlap", choice_field("Overlap", _OVERLAPS, value=int(DEFAULT_OVERLAP.total_seconds())))


def _ask_to_remove(visit: Visit, application: Application) -> None:
    async def remove() -> None:
        await visit.change(remove_client_settings, application.id)
        await visit.refresh()

    text = "Its secrets end, and so does what people granted it. Tokens that were issued by hand stay."
    confirm("Remove the OAuth settings?", text, "Remove", remove)
