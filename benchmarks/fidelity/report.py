"""The measure as ``docs/fidelity.md``."""

from collections.abc import Iterator

from benchmarks.fidelity import gate, matrix, verdicts
from benchmarks.fidelity.measure import CUTS, Measure, Tally

_ORDER = (
    "all",
    "text",
    "tools",
    "images",
    "documents",
    "audio",
    "reasoning",
    "structured output",
    "citations",
    "logprobs",
    "usage",
    "streams",
    "errors",
)
_HEAD = """# Fidelity

How much stays what it was when client and vendor speak different formats. `make fidelity` measures it on {count} real
exchanges (`../shared/recordings`, recorded by the pydantic-ai project) and writes this page; a test repeats it and
fails when a figure falls.

**Of what the target can express: vendors' answers {answers.share:.1%} exact, clients' requests {requests.share:.1%}
exact.** The rest said so: of {answers.whole} answers {answers.named} hold something that the client's format has no
place for; of {requests.whole} requests {requests.named} had something left out by name, and {requests.refused} were
refused by the name of a field that the vendor cannot express (mostly other vendors' own tools, files and sound).

## What counts as exact
- Both sides are read by small readers of their own (`benchmarks/fidelity`), which share no code with the gate, and what
  they say is compared: texts, tool calls (name, and the arguments' JSON), the class of the finish reason, usage by
  kind, pictures, documents and sound by their bytes, thoughts, signatures, citations, log probabilities, what the
  vendor's own tools did, and every setting of a request.
- OpenAI's Responses are a format of their own here, in and out: rows named *(Responses)*, and the columns *responses*
  (to a model that answers Responses alone). Chats and Responses are translated into each other there.
- An answer of each vendor goes to each format that clients speak; streams whole, and cut at {cuts} random places, which
  must give the same bytes. A request in each of these formats goes to each dialect.
- A request's field that is not the same on the other side is either *named* in `x-passgate-dropped`, or the request is
  *refused* by the field's name. Everything else is a difference. An answer has no such header: what its format has no
  place for is listed below.
- Not compared: white space between texts; the ids that the gate makes up where a vendor gives none; how much thought an
  effort stands for (tokens or a word, as the vendor wants it); Gemini's order hints within schemas; where in the talk
  instructions stand that come in its midst (they go to its start where the vendor takes them there only); whether
  documents of plain text travel as documents or as text; whether thoughts are told in full or summed up; definitions of
  tools that the client offers no more, which Converse demands where a talk calls them.
- A vendor's own blocks that another format has no place for reach the client in `vendor_blocks`, the gate's addition.
  They count as kept: nothing is lost, though the client must know where to look.
  OpenAI's `logprobs` are asked of Gemini at Vertex AI alone, before Gemini 3; elsewhere they are named as left out.
- Ollama's answers are not among the recordings: only the requests to it are measured.
"""


def render(measure: Measure, count: int) -> str:
    """The whole page.

    Args:
        measure: the outcome.
        count: of the recordings.
    """
    answers, requests = measure.total("answers"), measure.total("requests")
    lines = [_HEAD.format(count=count, answers=answers, requests=requests, cuts=CUTS)]
    lines += ["## Vendors' answers, for clients of each format", "", *_table(measure.answers, tuple(gate.FORMATS)), ""]
    lines += ["## Clients' requests, to each dialect", "", *_table(measure.requests, gate.DIALECTS), ""]
    lines += ["## What differs", ""]
    lines += [f"- {line}" for line in measure.differences] or ["Nothing."]
    lines += ["", "## What is refused or left out by name", "", *_reasons(measure), ""]
    lines += ["## What a client's format has no place for, or a vendor demands", "", *_listed(), ""]
    lines += ["## What is no chat", "", "| vendor | exchanges | why |", "|---|---|---|"]
    lines += [f"| {vendor} | {count} | {reason} |" for (vendor, reason), count in sorted(measure.left.items())]
    lines += ["", *matrix.render(), ""]
    return "\n".join(lines)


def _table(table: dict[tuple[str, str, str], Tally], ways: tuple[str, ...]) -> Iterator[str]:
    """Each cell: exact of all, and how many of the rest were named (n), refused (r), or differ (d)."""
    yield "Each cell: exact / exchanges; n: left out by name, or no place for it; r: refused by name; d: differs."
    yield ""
    yield "| vendor | kind | " + " | ".join(ways) + " |"
    yield "|---" * (len(ways) + 2) + "|"
    vendors = sorted({vendor for vendor, _, _ in table})
    for vendor in vendors:
        for kind in _ORDER:
            cells = [table.get((vendor, kind, way)) for way in ways]
            if any(cells):
                yield f"| {vendor} | {kind} | " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(tally: Tally | None) -> str:
    if tally is None:
        return "·"
    rest = (("n", tally.named), ("r", tally.refused), ("d", tally.differing))
    told = "".join(f" {count}{letter}" for letter, count in rest if count)
    return f"{tally.exact}/{tally.whole}{told}"


def _reasons(measure: Measure) -> Iterator[str]:
    yield "| way | what | field or aspect | exchanges |"
    yield "|---|---|---|---|"
    for (side, way, what, aspect), count in sorted(measure.reasons.items()):
        if side == "request" and what != "differing":
            yield f"| {way} | {'refused' if what == 'refused' else 'named'} | `{aspect}` | {count} |"


def _listed() -> Iterator[str]:
    yield "| where | what | why |"
    yield "|---|---|---|"
    for (where, what), why in verdicts.UNSAYABLE.items():
        yield f"| answers to {where} clients | {what} | {why} |"
    for (where, what), why in verdicts.ADDED.items():
        yield f"| requests to {where} | {what} is added | {why} |"
