"""What is wrong with a document: the place, the rule, and where in the text."""

from collections.abc import Iterable, Sequence

from pydantic import BaseModel, Field

from passgate.kernel.errors import InvalidInputError

MOST_FAULTS = 50
_LONGEST = 300


class Fault(BaseModel):
    """One thing that is wrong."""

    place: str = Field(description="JSON pointer (RFC 6901) into the document; empty: the document itself.")
    rule: str = Field(description="Stable name of the rule, such as `required` or `remote_reference`.")
    detail: str
    line: int | None = Field(default=None, description="Line of the text, from 1; null: not known.")
    column: int | None = Field(default=None, description="Column in the line, from 1.")


class DocumentRefusedError(InvalidInputError):
    """A document that cannot be taken; all that is wrong with it, up to a bound, stands in ``faults``."""

    code = "document_refused"

    def __init__(self, faults: Sequence[Fault], *, field: str = "text") -> None:
        first = faults[0]
        at = f" (line {first.line})" if first.line else ""
        more = f"; {len(faults) - 1} more" if len(faults) > 1 else ""
        super().__init__(f"{first.place or 'The document'}{at}: {first.detail}{more}", field=field)
        self.faults = tuple(faults)


def pointer(parts: Iterable[object]) -> str:
    """The JSON pointer of a path (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def shortened(text: str) -> str:
    """A message that fits on a page, whatever a document holds."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
