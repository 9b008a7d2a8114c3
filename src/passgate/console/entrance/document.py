"""The HTML of the pages in front of the console."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from passgate.console.icons import LOGO
from passgate.console.theme import Theme


@dataclass(frozen=True, slots=True)
class Field:
    """An input of a form."""

    name: str
    label: str
    kind: str = "text"
    autocomplete: str = "off"
    value: str = ""
    help: str = ""
    error: str = ""
    autofocus: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """Another way in, as a link that looks like a button."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Form:
    """A form, with what was wrong with its last submission."""

    title: str
    lead: str
    action: str
    submit: str
    fields: Sequence[Field]
    hidden: Sequence[tuple[str, str]] = ()
    ways: Sequence[Way] = ()
    problem: str = ""
    foot: str = ""


def form_page(theme: Theme, form: Form) -> str:
    """A page with one form."""
    banner = f'<div class="pg-banner" data-tone="bad" role="alert"><div>{escape(form.problem)}</div></div>'
    parts = [
        f'<form class="pg-entrance-card" method="post" action="{escape(form.action)}" novalidate>',
        banner if form.problem else "",
        _ways(form.ways),
        *(f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in form.hidden),
        *(_field(field) for field in form.fields),
        f'<button class="pg-submit" type="submit">{escape(form.submit)}</button>',
        "</form>",
        f'<p class="pg-entrance-foot">{escape(form.foot)}</p>' if form.foot else "",
    ]
    return _document(theme, form.title, form.lead, "\n".join(parts))


def message_page(theme: Theme, title: str, lead: str, text: str, way: Way | None = None) -> str:
    """A page that only says something, perhaps with a way on."""
    link = _way(way) if way is not None else ""
    return _document(theme, title, lead, f'<div class="pg-entrance-card"><p>{escape(text)}</p>{link}</div>')


def card_page(theme: Theme, title: str, lead: str, card: str) -> str:
    """A page with a card whose HTML was made elsewhere, everything in it escaped."""
    return _document(theme, title, lead, card)


def onward_page(theme: Theme, title: str, lead: str, text: str, way: Way) -> str:
    """A page that leads on to another site by itself: browsers let no form's answer do so (CSP ``form-action``)."""
    refresh = f'<meta http-equiv="refresh" content="0; url={escape(way.href)}">'
    card = f'<div class="pg-entrance-card"><p>{escape(text)}</p>{_way(way)}</div>'
    return _document(theme, title, lead, card, refresh)


def _ways(ways: Sequence[Way]) -> str:
    if not ways:
        return ""
    return f'{"".join(_way(way) for way in ways)}<div class="pg-or"><span>or</span></div>'


def _way(way: Way) -> str:
    return f'<a class="pg-way" href="{escape(way.href)}">{escape(way.text)}</a>'


def _field(field: Field) -> str:
    described = f"{field.name}-note"
    note = (
        f'<div class="pg-error" id="{described}" role="alert">{escape(field.error)}</div>'
        if field.error
        else f'<div class="pg-help" id="{described}">{escape(field.help)}</div>'
        if field.help
        else ""
    )
    attributes = [
        f'id="{field.name}" name="{field.name}" type="{field.kind}" autocomplete="{field.autocomplete}" required',
        f'value="{escape(field.value)}"' if field.value else "",
        f'aria-describedby="{described}"' if note else "",
        'aria-invalid="true"' if field.error else "",
        "autofocus" if field.autofocus else "",
    ]
    return (
        f'<div class="pg-field"><label for="{field.name}">{escape(field.label)}</label>'
        f'<input class="pg-input" {" ".join(part for part in attributes if part)}>{note}</div>'
    )


def _document(theme: Theme, title: str, lead: str, body: str, head: str = "") -> str:
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="same-origin">
<title>{escape(title)} · Passgate</title>
<link rel="icon" href="data:image/svg+xml,{quote(LOGO)}">
{theme.head}{head}
</head>
<body>
<main class="pg-entrance"><div class="pg-entrance-box">
<div class="pg-entrance-head">{LOGO}<div><h1>{escape(title)}</h1><p>{escape(lead)}</p></div></div>
{body}
</div></main>
</body>
</html>"""
