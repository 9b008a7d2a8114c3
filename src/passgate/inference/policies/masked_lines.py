"""Masking of what is kept of a text that went by as it is: lines of JSON, a document, or plain words."""

from passgate.contracts.masking import Finder
from passgate.inference.json_text import read_exact, write_json
from passgate.inference.policies.masker import Hits, Masker

_EDGE = 256
"""Characters at the end of a text that was cut, among which half of a find may stand."""


def masked_lines(text: str, finders: tuple[Finder, ...], *, cut: bool) -> str:
    """The text, each line masked: in its strings where it is JSON, else as it stands.

    Args:
        text: what is kept.
        finders: the rules.
        cut: there was more of it; its last characters are left out.

    Raises:
        ContentBlockedError: a rule that blocks has found something.
    """
    masker = Masker(finders, "reply", Hits())
    masked = "".join(_masked(line, masker) for line in text.splitlines(keepends=True))
    return masked[:-_EDGE] if cut else masked


def _masked(line: str, masker: Masker) -> str:
    try:
        document = read_exact(line.encode())
    except ValueError:
        return masker.text(line)
    found = masker.document(document)
    ending = line[len(line.rstrip("\r\n")) :]
    return line if found is document else write_json(found).decode() + ending
