"""Adding an identity provider, and changing one."""

from nicegui import ui
from pydantic import SecretStr

from passgate.console.components.dialog import form_dialog
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.text import Words
from passgate.console.pages.issuers.looking import asked
from passgate.console.pages.issuers.rows import lines_of, rules_of, rules_text
from passgate.console.pages.teams_of import team_names
from passgate.console.visit import Visit, who
from passgate.identity.issuers.presets import PRESETS, preset_of
from passgate.identity.issuers.providers import asked_provider, create_identity_provider, update_identity_provider
from passgate.identity.issuers.schemas import IdentityProviderChange, IdentityProviderIn, IdentityProviderView

_SWITCHES = {
    "create_users": "Whoever signs in for the first time becomes a user",
    "link_users": "Whoever has the verified e-mail address of an existing user signs in as that user",
    "trust_email": "Trust its e-mail addresses, although it does not call them verified",
    "password_off": "People of these domains sign in with this provider only",
}


async def ask_for_provider(visit: Visit) -> None:
    """Ask for a new provider."""
    teams = await visit.ask(team_names)

    async def add(form: Form) -> None:
        secret = form.text("client_secret")
        given = IdentityProviderIn.model_validate(
            {
                "name": form["name"],
                "preset": form["preset"],
                "issuer": form["issuer"],
                "client_id": form["client_id"],
                "client_secret": SecretStr(secret) if secret else None,
                "domains": lines_of(form["domains"]),
                "group_rules": rules_of(form["group_rules"], teams),
                **{name: form[name] for name in _SWITCHES},
            }
        )
        seen = await asked(asked_provider(await visit.ask(who), given))
        made = await visit.change(create_identity_provider, given, seen)
        visit.tell(f"{made.name} is added.")
        visit.go(f"/issuers/providers/{made.id}")

    lead = "It is asked for its discovery document at once. Its redirect URI is shown once it is saved."
    with form_dialog("Add an identity provider", lead, "Add provider", add, size="wide") as form:
        preset = choice_field("Kind", {one.id: one.name for one in PRESETS}, value=PRESETS[-1].id)
        form.add("preset", preset)
        note = Words(PRESETS[-1].note, "p", "pg-muted")
        name = text_field("Name", value="", placeholder="Company account", help_text="Stands on the sign-in button.")
        issuer = text_field("Issuer", placeholder="https://id.example.com", help_text="Or its discovery document.")
        form.add("name", name)
        form.add("issuer", issuer)
        form.add("client_id", text_field("Client id"))
        form.add("client_secret", text_field("Client secret", optional=True, secret=True))
        _rules(form, domains="", rules="", switched={"create_users"})

    def choose() -> None:
        chosen = preset_of(str(preset.value))
        note.say(chosen.note)
        issuer.value = chosen.issuer
        name.value = chosen.name if chosen is not PRESETS[-1] else ""

    preset.on_value_change(choose)


async def ask_to_change_provider(visit: Visit, provider: IdentityProviderView) -> None:
    """Ask for what is to change; an empty secret leaves the stored one."""
    teams = await visit.ask(team_names)

    async def change(form: Form) -> None:
        secret = form.text("client_secret")
        given = {
            "name": form["name"],
            "client_id": form["client_id"],
            "groups_claim": form["groups_claim"],
            "domains": lines_of(form["domains"]),
            "group_rules": rules_of(form["group_rules"], teams),
            **{name: form[name] for name in _SWITCHES},
            **({"client_secret": SecretStr(secret)} if secret else {}),
        }
        await visit.change(update_identity_provider, provider.id, IdentityProviderChange.model_validate(given))
        await visit.refresh()

    with form_dialog("Edit provider", "In force from the next sign-in on.", "Save", change, size="wide") as form:
        form.add("name", text_field("Name", value=provider.name))
        form.add("client_id", text_field("Client id", value=provider.client_id))
        stored = "stored, sealed" if provider.has_client_secret else ""
        form.add("client_secret", text_field("Client secret", optional=True, secret=True, placeholder=stored))
        form.add("groups_claim", text_field("Claim that names the groups", value=provider.groups_claim))
        switched = {name for name in _SWITCHES if getattr(provider, name)}
        _rules(
            form,
            domains="\n".join(provider.domains),
            rules=rules_text(provider.group_rules, teams),
            switched=switched,
        )


def _rules(form: Form, *, domains: str, rules: str, switched: set[str]) -> None:
    form.add(
        "domains",
        text_field(
            "E-mail domains",
            value=domains,
            optional=True,
            lines=2,
            placeholder="example.com",
            help_text="One a line. Only verified addresses of these may sign in; none: all.",
        ),
    )
    form.add(
        "group_rules",
        text_field(
            "Groups and roles",
            value=rules,
            optional=True,
            lines=3,
            placeholder="* = viewer in Default",
            help_text="One a line: “platform = admin”, “builders = developer in Payments”; * is everyone. "
            "Applied anew at every sign-in; teams that stand here are led by the provider.",
        ),
    )
    for name, text in _SWITCHES.items():
        form.add(name, ui.switch(text, value=name in switched))
