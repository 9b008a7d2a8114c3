"""The side of the editor where a prompt is tried: a real call, with what it took and cost."""

import json
from collections.abc import Callable
from functools import partial

from nicegui import run, ui

from passgate.console.components.badge import badge
from passgate.console.components.button import button, icon_button
from passgate.console.components.card import card
from passgate.console.components.copyable import snippet
from passgate.console.components.facts import facts
from passgate.console.components.form import Form
from passgate.console.components.text import Words, box, muted
from passgate.console.formatting import milliseconds
from passgate.console.pages.prompts.draft import Draft, typed_values
from passgate.console.visit import Visit
from passgate.contracts.prompt import Expectation, PromptDefinition, PromptTest, PromptVariable, VariableKind
from passgate.kernel.money import format_dollars, to_micro_dollars
from passgate.publishing.prompts.gate import Trial
from passgate.publishing.prompts.trials import trial_token

_EXPECTED: dict[Expectation, str] = {
    "valid": "it answers",
    "equals": "the answer equals {}",
    "contains": "the answer contains {}",
    "subset": "the answer includes {}",
}


class TryingCard:
    """A form made of the prompt's variables, and the last answer."""

    def __init__(
        self, visit: Visit, draft: Draft, definition: Callable[[], PromptDefinition], team: Callable[[], str]
    ) -> None:
        self._visit = visit
        self._draft = draft
        self._definition = definition
        self._team = team
        self._form = Form()
        self._shown: list[tuple[str, VariableKind]] = []

    def build(self) -> None:
        """Make the cards."""
        with card("Try it", "A real call of the model, with your own short-lived token."):
            self._fields = box("pg-stack-s")
            self._form.problem_place()
            with box("pg-row"):
                pressed = button("Run", icon="bolt")
                pressed.on_click(lambda: self._form.submit(self._run, pressed))
            self._result = box("pg-stack-s")
        with card("Tests", "Examples with what is expected; they are kept with the revision."):
            self._tests = box("pg-stack-s")
            self._required = ui.switch("They must pass before it is published")
            self._show_tests()

    @property
    def tests_required(self) -> bool:
        """Whether the tests must pass."""
        return bool(self._required.value)

    def show_variables(self, used: list[PromptVariable]) -> None:
        """Have a field for each variable; what was typed stays."""
        self._show_tests()
        wanted = [(variable.name, variable.kind) for variable in used]
        if wanted == self._shown:
            return
        self._shown = wanted
        self._fields.clear()
        with self._fields:
            for name, kind in wanted:
                Words(name, "label")
                many = kind in {"text", "list"}
                made = ui.textarea if many else ui.input
                field = made(value=self._draft.values.get(name, ""))
                field.props(
                    f'outlined dense autogrow aria-label="{name}"' if many else f'outlined dense aria-label="{name}"'
                )
                field.on_value_change(lambda event, name=name: self._draft.values.__setitem__(name, event.value or ""))

    async def _run(self) -> None:
        definition = self._definition().without_tests()
        console = self._visit.console
        token = await self._visit.change(trial_token, console.token_issuer, self._team(), definition)
        given = typed_values(list(definition.variables), self._draft.values)
        trial = await run.io_bound(console.gate.try_prompt, token, definition, given)
        if trial is None:
            return  # the process is ending
        self._draft.last_input, self._draft.last_answer = given, trial.answer
        self._show(trial)

    def _show(self, trial: Trial) -> None:
        self._result.clear()
        with self._result:
            if trial.answer is None:
                with box("pg-row"):
                    badge(str(trial.status), "bad")
                    Words(trial.problem or "", "p")
            else:
                snippet(json.dumps(trial.answer, indent=2, ensure_ascii=False), "javascript")
            if trial.attempts:
                facts(
                    [
                        ("Model", trial.model or "none"),
                        ("Tokens", f"{trial.tokens_in} in, {trial.tokens_out} out"),
                        ("Cost", format_dollars(to_micro_dollars(trial.cost))),
                        ("Latency", milliseconds(trial.latency_ms)),
                    ]
                )
            if trial.answer is not None:
                with box("pg-row"):
                    button("Keep as a test", self._keep, icon="plus")

    def _keep(self) -> None:
        answer = self._draft.last_answer
        is_text = self._definition().output_schema is None
        first = next((name for name, value in answer.items() if isinstance(value, str | bool)), None)
        given = {"input": self._draft.last_input, "name": f"Example {len(self._draft.tests) + 1}"}
        expected = {} if is_text or first is None else {"expect": "subset", "value": {first: answer[first]}}
        self._draft.tests.append(PromptTest.model_validate({**given, **expected}))
        self._show_tests()

    def _show_tests(self) -> None:
        self._tests.clear()
        with self._tests:
            if not self._draft.tests:
                muted("None yet: run an example, and keep it.")
            for test in self._draft.tests:
                with box("pg-row"):
                    badge(test.name or "Test", "info")
                    Words(_EXPECTED[test.expect].format(json.dumps(test.value)), "span", "pg-muted pg-grow")
                    icon_button("trash", "Remove this test", partial(self._drop, test))

    def _drop(self, test: PromptTest) -> None:
        self._draft.tests.remove(test)
        self._show_tests()
