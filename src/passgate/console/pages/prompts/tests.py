"""The tests of a prompt that is being written: edited, run, and what came of the last run."""

import json
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from nicegui import ui

from passgate.console.components.badge import badge
from passgate.console.components.button import button, icon_button
from passgate.console.components.card import card, card_head
from passgate.console.components.dialog import form_dialog
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.text import Words, box, muted
from passgate.console.formatting import milliseconds
from passgate.console.pages.prompts.draft import Draft
from passgate.contracts.prompt import Expectation, PromptTest
from passgate.kernel.errors import InvalidInputError
from passgate.kernel.money import format_dollars, to_micro_dollars
from passgate.publishing.prompts.schemas import PromptTestResult

_EXPECTED: dict[Expectation, str] = {
    "valid": "it answers",
    "equals": "the answer equals {}",
    "contains": "the answer contains {}",
    "subset": "the answer includes {}",
}
_CHOICES: dict[Expectation, str] = {
    "valid": "There is an answer, and it fits the schema",
    "equals": "The answer equals this",
    "contains": "The answer contains this text",
    "subset": "The answer has these members at least",
}
Run = Callable[[], Awaitable[None]]


class TestsCard:
    """The card: a row a test.

    Args:
        draft: what is being written.
        required: whether the tests must pass before it is published.
        run: runs all of them; None: they are run when it is published.
    """

    def __init__(self, draft: Draft, *, required: bool, run: Run | None = None) -> None:
        self._draft = draft
        self._results: tuple[list[PromptTest], Sequence[PromptTestResult]] = ([], ())
        self._form = Form()
        with card(flush=True):
            with card_head("Tests", "Examples with what is expected; they are kept with the revision."):
                if run is not None:
                    pressed = button("Run all", icon="bolt")
                    pressed.on_click(lambda: self._form.submit(run, pressed))
            with box("pg-card-body pg-stack-s"):
                self._form.problem_place()
                self._rows = box("pg-stack-s")
                with box("pg-row"):
                    button("Add a test", lambda: self._ask(None), icon="plus")
                self._required = ui.switch("They must pass before it is published", value=required)
        self.show()

    @property
    def required(self) -> bool:
        """Whether the tests must pass."""
        return bool(self._required.value)

    @required.setter
    def required(self, wanted: bool) -> None:
        self._required.value = wanted

    def keep(self, test: PromptTest) -> None:
        """Take one more in."""
        self._draft.tests.append(test)
        self.show()

    def tell(self, results: Sequence[PromptTestResult]) -> None:
        """Show what came of a run of the tests as they are now."""
        self._results = (list(self._draft.tests), results)
        self.show()

    def show(self) -> None:
        """Show the tests; a result stands beside a test that is as it was when it ran."""
        tested, results = self._results
        told = {id(test): result for test, result in zip(tested, results, strict=False)}
        with self._rows.clear():
            if not self._draft.tests:
                muted("None yet: run an example and keep it, or add one.")
            for test in self._draft.tests:
                self._row(test, told.get(id(test)))

    def _row(self, test: PromptTest, result: PromptTestResult | None) -> None:
        with box("pg-row pg-test"):
            badge(test.name or "Test", "info")
            with box("pg-grow"):
                value = json.dumps(test.value, ensure_ascii=False)
                Words(_EXPECTED[test.expect].format(value), "div", "pg-muted")
                if result is not None:
                    _outcome(result)
            icon_button("edit", f"Edit {test.name or 'this test'}", partial(self._ask, test))
            icon_button("trash", "Remove this test", partial(self._drop, test))

    def _drop(self, test: PromptTest) -> None:
        self._draft.tests[:] = [one for one in self._draft.tests if one is not test]
        self.show()

    def _ask(self, test: PromptTest | None) -> None:
        async def save(form: Form) -> None:
            made = PromptTest(
                name=form["name"],
                input=_object(form["input"]),
                expect=form["expect"],
                value=_value(form["expect"], form["value"]),
            )
            at = next((at for at, one in enumerate(self._draft.tests) if one is test), len(self._draft.tests))
            self._draft.tests[at : at + 1] = [made]
            self.show()

        shown = test or PromptTest(name=f"Example {len(self._draft.tests) + 1}")
        lead = "What is sent, and what must come back."
        with form_dialog("Edit test" if test else "New test", lead, "Keep", save) as form:
            form.add("name", text_field("Name", value=shown.name))
            text = json.dumps(shown.input, indent=2, ensure_ascii=False)
            form.add("input", text_field("Input (JSON)", value=text, lines=4))
            form.add("expect", choice_field("Expected", _CHOICES, value=shown.expect))
            value = shown.value if isinstance(shown.value, str) else json.dumps(shown.value, ensure_ascii=False)
            told = "A text, or JSON."
            with box() as place:
                text = "" if shown.value is None else value
                form.add("value", text_field("This", value=text, lines=2, help_text=told))
            place.bind_visibility_from(form.field("expect"), "value", backward=lambda chosen: chosen != "valid")


def _outcome(result: PromptTestResult) -> None:
    trial = result.trial
    took = f"{format_dollars(to_micro_dollars(trial.cost))}, {milliseconds(trial.latency_ms)}"
    with box("pg-row"):
        badge("Passed" if result.fault is None else "Failed", "good" if result.fault is None else "bad", dot=True)
        Words(took if result.fault is None else f"{result.fault} ({took})", "span", "pg-small pg-grow")


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError as error:
        raise InvalidInputError(f"It is not JSON: {error}.", field="input") from None
    if not isinstance(found, dict):
        raise InvalidInputError("It must be an object: a member for each variable.", field="input")
    return found


def _value(expect: Expectation, text: str) -> object:
    if expect == "valid":
        return None
    if not text:
        raise InvalidInputError("Say what is expected.", field="value")
    try:
        found: object = json.loads(text)
    except ValueError:
        if expect == "subset":
            raise InvalidInputError("It must be a JSON object.", field="value") from None
        return text
    return text if expect == "contains" else found
