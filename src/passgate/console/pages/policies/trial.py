"""The box in which masking is tried on a text."""

from passgate.catalog.policy_schemas import MaskingTrialIn
from passgate.catalog.service.policies import try_masking
from passgate.console.components.button import button
from passgate.console.components.dialog import view_dialog
from passgate.console.components.field import text_field
from passgate.console.components.form import Form
from passgate.console.components.text import Words
from passgate.console.formatting import counted
from passgate.console.pages.policies.wording import RULES_HELP, read_rules
from passgate.console.visit import Visit

_RULES = "mail email\nphone phone\ncard card\nkey secret block"
_TEXT = "Write to dana@example.com or call +49 30 901820. Card: 4111 1111 1111 1111."


def ask_to_try(visit: Visit, rules: str = "") -> None:
    """Show what rules would do to a text; nothing of it is kept."""
    form = Form()

    async def look() -> None:
        async def ask() -> None:
            given = MaskingTrialIn(masking=read_rules(form["masking"] or ""), text=form.secret("text"))
            found = await visit.ask(try_masking, given)
            finds = ", ".join(f"{one.rule} {counted(one.count, 'time')}" for one in found.finds) or "nothing"
            refused = f" The call is refused by {found.blocked_by}." if found.blocked_by else ""
            told.say(f"Found: {finds}.{refused}")
            shown.say(found.text)
            shown.set_visibility(found.blocked_by is None)

        await form.submit(ask)

    lead = "What would go on to the vendor. Nothing that you type here is kept."
    with visit.client.content, view_dialog("Try masking", lead):
        form.problem_place()
        form.add("masking", text_field("Rules", value=rules or _RULES, help_text=RULES_HELP, lines=3))
        form.add("text", text_field("Text", value=_TEXT, lines=3))
        button("Try", look, icon="play")
        told = Words("", "p", "pg-small pg-strong")
        shown = Words("", "pre", "pg-trial")
        shown.set_visibility(False)
