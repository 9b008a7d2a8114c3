"""What would this request meet? The gate's rules, one by one."""

from nicegui.page_arguments import PageArguments

from passgate.console.components.badge import Tone, badge
from passgate.console.components.banner import banner
from passgate.console.components.button import button
from passgate.console.components.card import card
from passgate.console.components.empty import empty
from passgate.console.components.field import choice_field, number_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.page_header import page_header
from passgate.console.components.server_search import search_on_server
from passgate.console.components.text import Words, box
from passgate.console.pages.applications_of import readable_applications
from passgate.console.visit import Visit
from passgate.gateway.access import Explanation, Question, explain_access
from passgate.gateway.preview.rule import Outcome
from passgate.identity.schemas import TokenIssuer
from passgate.kernel.actor import Actor
from passgate.kernel.errors import InvalidInputError
from passgate.storage.work import Work

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
_SAID: dict[Outcome, tuple[str, Tone]] = {
    "passes": ("Passes", "good"),
    "refuses": ("Refuses", "bad"),
    "depends": ("Depends", "warn"),
    "changes": ("Changes", "info"),
}


async def show(visit: Visit, args: PageArguments) -> None:
    """Build the page."""
    applications = await visit.ask(readable_applications)
    page_header("Access check", "What would this request meet at the gate? Nothing is called, and nothing changes.")
    form = Form()
    with box("pg-main-aside"):
        answer = box("pg-stack")
        with card("The call"), box("pg-stack", "form").props("novalidate") as element:
            form.problem_place()
            _fields(visit, form, applications, args.query_parameters.get("jti", ""))
            pressed = button("Check", kind="primary").props("type=submit")
    with answer, card():
        empty("key", "Nothing asked yet", "Name a path, and who calls: a token, an application, or nobody.")

    async def check() -> None:
        found = await visit.ask(_explained, visit.console.token_issuer, _question(form))
        with answer.clear():
            _show_answer(found)

    async def submitted() -> None:
        await form.submit(check, pressed)

    element.on("submit.prevent", submitted)


def _fields(visit: Visit, form: Form, applications: dict[str, str], jti: str) -> None:
    form.add("method", choice_field("Method", _METHODS, value="GET"))
    form.add("path", text_field("Path", placeholder="/orders/17"))
    form.add("jti", text_field("Token id", value=jti, placeholder="tok_…", optional=True))
    bearer = choice_field(
        "or any good token of", applications, optional=True, searchable=True, help_text="An application."
    )
    search_on_server(bearer, lambda text: visit.ask(readable_applications, text))
    form.add("application_id", bearer)
    form.add("host", text_field("Host", optional=True, help_text="Where services have hosts of their own."))
    form.add(
        "headers",
        text_field("Headers", optional=True, lines=2, placeholder="x-api-version: v2", help_text="One a line."),
    )
    form.add("address", text_field("Client address", optional=True, placeholder="192.0.2.7"))
    form.add("body_bytes", number_field("Bytes of the body"))
    form.add("model", text_field("Model", optional=True, help_text="For AI calls."))


def _question(form: Form) -> Question:
    size = form["body_bytes"]
    return Question(
        method=form["method"] or "GET",
        path=form["path"] or "",
        jti=form.text("jti"),
        application_id=form["application_id"] or None,
        model=form.text("model"),
        host=form.text("host"),
        headers=_headers(form.text("headers") or ""),
        address=form.text("address"),
        body_bytes=int(size) if size is not None else None,
    )


def _headers(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in filter(str.strip, text.splitlines()):
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise InvalidInputError("Write one header a line, such as x-api-version: v2.", field="headers")
        found[name.strip()] = value.strip()
    return found


def _show_answer(found: Explanation) -> None:
    refusing = next((rule for rule in found.rules if not rule.passed), None)
    if refusing is None:
        open_ones = sum(rule.outcome == "depends" for rule in found.rules)
        words = f"{open_ones} of the rules depend on more than was asked." if open_ones else "Every rule passes."
        with banner("The call may be made", words, tone="good"):
            pass
    else:
        answered = f"The call is refused with {refusing.status}" if refusing.status else "The call is refused"
        with banner(answered, refusing.text, tone="bad"):
            pass
    with card("Rules", "In the order in which the gate asks them."), box("pg-stack-s"):
        decided = False
        for rule in found.rules:
            with box("pg-between"):
                Words(rule.text)
                if decided:
                    badge("Not asked")
                else:
                    badge(*_SAID[rule.outcome], dot=True)
            decided = decided or not rule.passed


def _explained(actor: Actor, work: Work, issuer: TokenIssuer, question: Question) -> Explanation:
    return explain_access(actor, work, issuer, question)
