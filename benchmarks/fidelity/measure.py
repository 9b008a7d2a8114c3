"""Every recorded chat through the gate, in both directions, counted by vendor and kind."""

import json
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from benchmarks.fidelity import answers, gate, requests, streams, verdicts
from benchmarks.fidelity.meaning import Meaning, as_dict
from benchmarks.fidelity.recordings import Recording
from passgate.inference.translation import InvalidRequestError

CUTS = 24
"""Places where a stream is cut at random."""
_KINDS = {
    "tools": ("tools", "calls", "results"),
    "images": ("images",),
    "documents": ("documents",),
    "audio": ("audio",),
    "reasoning": ("thinking", "signatures", "reasoning"),
    "structured output": ("format",),
    "citations": ("citations",),
    "logprobs": ("logprobs",),
}


@dataclass
class Tally:
    """What became of the exchanges of one row.

    Attributes:
        exact: nothing differs.
        named: nothing differs but what was left out by name, or has no place in the client's format (answers).
        refused: the request was refused by the field's name.
        differing: something else became of it.
    """

    exact: int = 0
    named: int = 0
    refused: int = 0
    differing: int = 0

    @property
    def whole(self) -> int:
        """All of them."""
        return self.exact + self.named + self.refused + self.differing

    @property
    def share(self) -> float:
        """Exact ones among those that the target can express."""
        expressible = self.exact + self.differing
        return 1.0 if not expressible else self.exact / expressible


@dataclass
class Measure:
    """The whole outcome.

    Attributes:
        answers: by vendor, kind and the client's format.
        requests: by vendor, kind and dialect.
        reasons: why exchanges differ, are named or refused, with how many, by direction and way.
        left: recordings that are no chats, by vendor and reason.
        differences: each exchange that differs, in words.
    """

    answers: dict[tuple[str, str, str], Tally] = field(default_factory=dict)
    requests: dict[tuple[str, str, str], Tally] = field(default_factory=dict)
    reasons: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    left: Counter[tuple[str, str]] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def total(self, table: str) -> Tally:
        """Of ``answers`` or ``requests``: each exchange once a way."""
        whole = Tally()
        for (_, kind, _), tally in getattr(self, table).items():
            if kind in {"all", "errors"}:
                for name in ("exact", "named", "refused", "differing"):
                    setattr(whole, name, getattr(whole, name) + getattr(tally, name))
        return whole


def measure(recordings: Iterable[Recording]) -> Measure:
    """Send all recordings through the gate."""
    found = Measure()
    for recording in recordings:
        if recording.left_because is not None:
            found.left[recording.vendor, recording.left_because] += 1
            continue
        asked = _meaning_of(recording)
        if recording.ok:
            _measure_answer(recording, asked, found)
        else:
            _measure_error(recording, found)
        if recording.family in gate.FORMATS:
            _measure_request(recording, asked, found)
    return found


def _meaning_of(recording: Recording) -> Meaning:
    return requests.READERS[recording.family](recording.request)


def kinds(recording: Recording, *meanings: Meaning) -> list[str]:
    """What an exchange is about; ``all`` is always among them."""
    said = {aspect for meaning in meanings for aspect in meaning}
    found = ["all", *(kind for kind, aspects in _KINDS.items() if said & set(aspects))]
    found += ["text"] if "text" in meanings[-1] else []
    found += ["usage"] if "usage" in said else []
    return [*found, "streams"] if recording.streamed else found


def _count(table: dict[tuple[str, str, str], Tally], rows: list[tuple[str, str, str]], what: str) -> None:
    for row in rows:
        tally = table.setdefault(row, Tally())
        setattr(tally, what, getattr(tally, what) + 1)


def _measure_answer(recording: Recording, asked: Meaning, found: Measure) -> None:
    family = recording.family
    own = streams.FOLDS[family](recording.body) if recording.streamed else json.loads(recording.body)
    wanted = answers.READERS[family](own)
    for form in gate.FORMATS:
        differing, unsayable = _answer_differences(recording, wanted, form)
        what = "differing" if differing else "named" if unsayable else "exact"
        rows = [(recording.row, kind, form) for kind in kinds(recording, asked, wanted)]
        _count(found.answers, rows, what)
        _note(found, "answer", f"{family} → {form}", what, differing or unsayable, recording)


def _answer_differences(recording: Recording, wanted: Meaning, form: str) -> tuple[list[str], list[str]]:
    try:
        if recording.streamed:
            whole = gate.streamed(form, recording.family, [recording.body])
            if gate.streamed(form, recording.family, _pieces(recording)) != whole:
                return ["bytes after other cuts"], []
            told = streams.FOLDS[form](whole)
        else:
            told = json.loads(gate.answered(form, recording.family, recording.body))
    except ValueError as error:
        return [str(error)], []
    return verdicts.of_answer(wanted, answers.READERS[form](told), form)


def _pieces(recording: Recording) -> list[bytes]:
    dice = random.Random(recording.name)  # noqa: S311 - the same cuts in every run
    body = recording.body
    places = sorted(dice.randrange(len(body) + 1) for _ in range(CUTS))
    return [body[start:end] for start, end in zip([0, *places], [*places, len(body)], strict=True)]


def _measure_error(recording: Recording, found: Measure) -> None:
    wanted = recording.status, _error_words(json.loads(recording.body))
    for form in gate.FORMATS:
        exchange = gate.opened(form, gate.hello(form, stream=False), gate.target(recording.family))
        reply = exchange.reply(recording.status, "", recording.body, request_id="r")
        same = (reply.status, _error_words(json.loads(reply.body))) == wanted
        what = "exact" if same else "differing"
        _count(found.answers, [(recording.row, "errors", form)], what)
        _note(found, "answer", f"{recording.family} → {form}", what, [] if same else ["error"], recording)


def _error_words(document: Any) -> str:  # noqa: ANN401 - JSON
    told = as_dict(document)
    inner = told.get("error")
    words = inner.get("message") if isinstance(inner, dict) else inner
    return str(words or told.get("message") or told.get("detail"))


def _measure_request(recording: Recording, asked: Meaning, found: Measure) -> None:
    for dialect in gate.DIALECTS:
        way = f"{recording.family} → {dialect}"
        rows = [(recording.row, kind, dialect) for kind in kinds(recording, asked) if kind != "usage"]
        model = recording.model if dialect == recording.family else None
        try:
            exchange = gate.opened(
                recording.family, recording.request, gate.target(dialect, model), stream=recording.streamed
            )
        except InvalidRequestError as refused:
            what = "refused" if refused.field else "differing"
            _count(found.requests, rows, what)
            _note(found, "request", way, what, [_plain(refused.field or str(refused))], recording)
            continue
        sent = requests.READERS[dialect](json.loads(exchange.request.body))
        lost, named = verdicts.of_request(asked, sent, exchange.dropped, dialect)
        what = "differing" if lost else "named" if named else "exact"
        _count(found.requests, rows, what)
        _note(found, "request", way, what, lost or named, recording)


def _plain(path: str) -> str:
    return "".join(letter for letter in path if not letter.isdigit())


def _note(  # noqa: PLR0913, PLR0917 - what a note consists of
    found: Measure, side: str, way: str, what: str, aspects: list[str], recording: Recording
) -> None:
    if what == "exact":
        return
    for aspect in aspects:
        found.reasons[side, way, what, aspect] += 1
    if what == "differing":
        found.differences.append(f"{side} {way}: {recording.row}, {recording.name}: {', '.join(aspects)}")
