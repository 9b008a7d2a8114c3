"""The cards on which a person decides: plain HTML, no script."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, slots=True)
class Decision:
    """A question with two answers.

    Attributes:
        action: where the form goes.
        facts: label and value, such as who is signed in.
        wishes: what is asked for: words, and the scope's name.
        hidden: fields that come back as they went.
        yes: the button that approves.
        no: the button that refuses; empty: there is none.
        other: text and address of a link below.
        problem: what was wrong before.
    """

    action: str
    yes: str
    no: str = ""
    facts: Sequence[tuple[str, str]] = ()
    wishes: Sequence[tuple[str, str]] = ()
    hidden: Sequence[tuple[str, str]] = ()
    other: tuple[str, str] | None = None
    problem: str = ""


def decision_card(decision: Decision) -> str:
    """The card; everything in it is escaped."""
    banner = f'<div class="pg-banner" data-tone="bad" role="alert"><div>{escape(decision.problem)}</div></div>'
    facts = "".join(f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in decision.facts)
    wishes = "".join(
        f"<li>{escape(words)}{f' <code>{escape(scope)}</code>' if scope else ''}</li>"
        for words, scope in decision.wishes
    )
    no = (
        f'<button class="pg-refuse" type="submit" name="decision" value="no">{escape(decision.no)}</button>'
        if decision.no
        else ""
    )
    parts = [
        f'<form class="pg-entrance-card" method="post" action="{escape(decision.action)}">',
        banner if decision.problem else "",
        f'<dl class="pg-decision-facts">{facts}</dl>' if facts else "",
        f'<ul class="pg-wishes">{wishes}</ul>' if wishes else "",
        *(f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in decision.hidden),
        '<div class="pg-decision">',
        no,
        f'<button class="pg-submit" type="submit" name="decision" value="yes">{escape(decision.yes)}</button>',
        "</div></form>",
    ]
    if decision.other is not None:
        text, address = decision.other
        parts.append(f'<p class="pg-entrance-foot"><a href="{escape(address)}">{escape(text)}</a></p>')
    return "\n".join(parts)
