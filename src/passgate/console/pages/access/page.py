"""May this token call that? The gate's rules, one by one."""

from nicegui.page_arguments import PageArguments

from passgate.console.components.badge import badge
from passgate.console.components.banner import banner
from passgate.console.components.button import button
from passgate.console.components.card import card
from passgate.console.components.empty import empty
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.page_header import page_header
from passgate.console.components.text import Words, box
from passgate.console.visit import Visit
from passgate.gateway.access import Explanation, Question, explain_access
from passgate.identity.schemas import TokenIssuer
from passgate.identity.service.applications import list_applications
from passgate.kernel.actor import Actor
from passgate.kernel.pagination import MAX_PAGE, PageRequest
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


async def show(visit: Visit, args: PageArguments) -> None:
    """Build the page."""
    applications = await visit.ask(_applications)
    page_header("Access check", "May this token call that, and why? Nothing is called, and nothing changes.")
    form = Form()
    with box("pg-main-aside"):
        answer = box("pg-stack")
        with card("The call"), box("pg-stack", "form").props("novalidate") as element:
            form.problem_place()
            form.add("jti", text_field("Token id", value=args.query_parameters.get("jti", ""), placeholder="tok_…"))
            form.add(
                "application_id",
                choice_field(
                    "or any good token of", applications, optional=True, searchable=True, help_text="An application."
                ),
            )
            form.add("method", choice_field("Method", _METHODS, value="GET"))
            form.add("path", text_field("Path", placeholder="/orders/17"))
            form.add("model", text_field("Model", optional=True, help_text="For AI calls."))
            pressed = button("Check", kind="primary").props("type=submit")
    with answer, card():
        empty("key", "Nothing asked yet", "Name a token or an application, and a path.")

    async def check() -> None:
        question = Question(
            method=form["method"] or "GET",
            path=form["path"] or "",
            jti=form.text("jti"),
            application_id=form["application_id"] or None,
            model=form.text("model"),
        )
        found = await visit.ask(_explained, visit.console.token_issuer, question)
        with answer.clear():
            _show_answer(found)

    async def submitted() -> None:
        await form.submit(check, pressed)

    element.on("submit.prevent", submitted)


def _show_answer(found: Explanation) -> None:
    refusing = next((rule for rule in found.rules if rule.name == found.decided_by), None)
    if refusing is None:
        with banner("The call may be made", "Every rule passes.", tone="good"):
            pass
    else:
        with banner("The call is refused", refusing.text, tone="bad"):
            pass
    with card("Rules", "In the order in which the gate asks them."), box("pg-stack-s"):
        for rule in found.rules:
            with box("pg-between"):
                Words(rule.text)
                badge("Passes" if rule.passed else "Refuses", "good" if rule.passed else "bad", dot=True)


def _explained(actor: Actor, work: Work, issuer: TokenIssuer, question: Question) -> Explanation:
    return explain_access(actor, work, issuer, question)


def _applications(actor: Actor, work: Work) -> dict[str, str]:
    if actor.teams_with(Permission.APPLICATION_READ) == frozenset():
        return {}
    return {row.id: row.name for row in list_applications(actor, work, PageRequest(limit=MAX_PAGE)).items}
