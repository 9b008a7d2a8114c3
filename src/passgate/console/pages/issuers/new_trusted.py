"""Trusting an issuer, and changing how far."""

from nicegui import ui

from passgate.console.components.dialog import form_dialog
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.server_search import search_on_server
from passgate.console.pages.applications_of import readable_applications
from passgate.console.pages.issuers.looking import asked
from passgate.console.pages.issuers.rows import lines_of, pairs_of
from passgate.console.visit import Visit, who
from passgate.identity.issuers.schemas import TrustedIssuerChange, TrustedIssuerIn, TrustedIssuerView
from passgate.identity.issuers.trusted import asked_issuer, create_trusted_issuer, update_trusted_issuer
from passgate.identity.service.applications import application_names, named_application
from passgate.kernel.actor import Actor
from passgate.storage.work import Work

_ALGORITHMS = ("RS256", "ES256", "ES384", "PS256", "EdDSA")


def names_of_applications(actor: Actor, work: Work, issuer: TrustedIssuerView) -> dict[str, str]:
    """The names of those that an issuer's tokens call for, by id."""
    concerned = {*issuer.applications.values(), *([issuer.application_id] if issuer.application_id else [])}
    return application_names(actor, work, concerned)


async def ask_for_issuer(visit: Visit) -> None:
    """Ask for an issuer to trust."""
    offered = await visit.ask(readable_applications)

    async def trust(form: Form) -> None:
        given = TrustedIssuerIn.model_validate(
            {
                "name": form["name"],
                "issuer": form["issuer"],
                "jwks_uri": form.text("jwks_uri"),
                "algorithms": form["algorithms"],
                **await visit.ask(_rules_of, form),
            }
        )
        seen = await asked(asked_issuer(await visit.ask(who), given))
        made = await visit.change(create_trusted_issuer, given, seen, visit.console.token_issuer.issuer)
        visit.tell(f"{made.name} is trusted.")
        visit.go(f"/issuers/trusted/{made.id}")

    lead = "Its keys are fetched at once, and kept up with. Tokens without an expiry never pass."
    with form_dialog("Trust an issuer", lead, "Trust issuer", trust, size="wide") as form:
        form.add("name", text_field("Name", placeholder="Company identity provider"))
        form.add(
            "issuer", text_field("Issuer", placeholder="https://id.example.com", help_text="“iss”, to the letter.")
        )
        form.add(
            "jwks_uri",
            text_field("Key set URL", optional=True, help_text="Empty: found by the issuer's discovery document."),
        )
        form.add("algorithms", choice_field("Algorithms", _ALGORITHMS, value=["RS256", "ES256"], multiple=True))
        _rules(visit, form, offered, None)


async def ask_to_change_issuer(visit: Visit, issuer: TrustedIssuerView) -> None:
    """Ask for what is to change."""
    names = await visit.ask(readable_applications) | await visit.ask(names_of_applications, issuer)

    async def change(form: Form) -> None:
        given = TrustedIssuerChange.model_validate({"name": form["name"], **await visit.ask(_rules_of, form)})
        await visit.change(update_trusted_issuer, issuer.id, given)
        await visit.refresh()

    with form_dialog("Edit issuer", "In force on every node within a second.", "Save", change, size="wide") as form:
        form.add("name", text_field("Name", value=issuer.name))
        _rules(visit, form, names, issuer)


def _rules(visit: Visit, form: Form, names: dict[str, str], issuer: TrustedIssuerView | None) -> None:
    audiences = "\n".join(issuer.audiences) if issuer else ""
    form.add("audiences", text_field("Audiences", value=audiences, lines=2, help_text="One a line; “aud” holds one."))
    chosen = choice_field(
        "Application",
        names,
        value=issuer.application_id if issuer else None,
        optional=True,
        searchable=True,
        help_text="Whose calls all of its tokens are. Or leave it empty, and let a claim say it:",
    )
    search_on_server(chosen, lambda text: visit.ask(readable_applications, text))
    form.add("application_id", chosen)
    claim = issuer.application_claim if issuer else None
    form.add("application_claim", text_field("Claim", value=claim or "", optional=True, placeholder="azp"))
    mapped = issuer.applications.items() if issuer else ()
    form.add(
        "applications",
        text_field(
            "Values and applications",
            value="\n".join(f"{value} = {names.get(app, app)}" for value, app in mapped),
            optional=True,
            lines=3,
            help_text="One a line: “shop-backend = checkout”.",
        ),
    )
    needed = issuer.required_claims.items() if issuer else ()
    form.add(
        "required_claims",
        text_field(
            "Claims that must hold",
            value="\n".join(f"{name} = {value}" for name, values in needed for value in values),
            optional=True,
            lines=2,
            help_text="One a line: “groups = gate-users”. Several lines of one claim: any of the values.",
        ),
    )
    form.add("needs_jti", ui.switch("Refuse tokens without jti", value=issuer.needs_jti if issuer else True))


def _rules_of(actor: Actor, work: Work, form: Form) -> dict[str, object]:
    applications = {
        value: named_application(actor, work, name, "applications")
        for value, name in pairs_of(form["applications"], "applications").items()
    }
    required: dict[str, list[str]] = {}
    for line in lines_of(form["required_claims"]):
        for name, value in pairs_of(line, "required_claims").items():
            required.setdefault(name, []).append(value)
    return {
        "audiences": lines_of(form["audiences"]),
        "application_id": form["application_id"],
        "application_claim": form.text("application_claim"),
        "applications": applications,
        "required_claims": required,
        "needs_jti": form["needs_jti"],
    }
