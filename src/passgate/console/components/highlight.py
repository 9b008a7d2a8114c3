"""Colours for short pieces of code: strings, comments and keywords, no more."""

import re
from html import escape
from typing import Literal

Language = Literal["bash", "python", "javascript", "text"]

_KEYWORDS: dict[Language, str] = {
    "bash": r"curl|export|npm|pip|install|node|python",
    "python": r"import|from|for|in|with|as|print|if|not|None|True|False",
    "javascript": r"import|from|const|new|for|await|of|console|true|false",
    "text": r"(?!)",
}
_STRING = r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`[^`]*`"
_COMMENT = {"bash": r"(?<!\S)#[^\n]*", "python": r"#[^\n]*", "javascript": r"(?<!:)//[^\n]*", "text": r"(?!)"}


def highlighted(code: str, language: Language) -> str:
    """The code as HTML, escaped, its parts in spans of the classes k, s and c."""
    pattern = re.compile(rf"(?P<s>{_STRING})|(?P<c>{_COMMENT[language]})|\b(?P<k>{_KEYWORDS[language]})\b")
    parts: list[str] = []
    done = 0
    for match in pattern.finditer(code):
        parts.append(escape(code[done : match.start()]))
        parts.append(f'<span class="{match.lastgroup}">{escape(match.group())}</span>')
        done = match.end()
    parts.append(escape(code[done:]))
    return "".join(parts)
