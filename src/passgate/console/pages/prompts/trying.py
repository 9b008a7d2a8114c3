"""The side of the editor where a prompt is tried: a real call, with what it took and cost."""

import json
from collections.abc import Callable

from nicegui import run, ui

from passgate.console.components.badge import badge
from passgate.console.components.button import button
from passgate.console.components.card import card
from passgate.console.components.copyable import snippet
from passgate.console.components.facts import facts
from passgate.console.components.form import Form
from passgate.console.components.text import Words, box
from passgate.console.formatting import milliseconds
from passgate.console.pages.prompts.draft import Draft, typed_values
from passgate.console.visit import Visit
from passgate.contracts.prompt import PromptDefinition, PromptTest, PromptVariable, VariableKind
from passgate.kernel.money import format_dollars, to_micro_dollars
from passgate.publishing.prompts.gate import Trial
from passgate.publishing.prompts.trials import trial_token


class TryingCard:
    """A form made of the prompt's variables, and the last answer.

    Args:
        visit: the open page.
        draft: what is being written.
        definition: the prompt as it stands.
        team: whose models it asks.
        keep: takes an example in, as a test.
    """

    def __init__(
        self,
        visit: Visit,
        draft: Draft,
        definition: Callable[[], PromptDefinition],
        team: Callable[[], str],
        keep: Callable[[PromptTest], None],
    ) -> None:
        self._visit, self._draft, self._definition, self._team, self._keep = visit, draft, definition, team, keep
        self._form = Form()
        self._shown: list[tuple[str, VariableKind]] = []
        with card("Try it", "A real call of the model, with your own short-lived token."):
            self._fields = box("pg-stack-s")
            self._form.problem_place()
            with box("pg-row"):
                pressed = button("Run", icon="bolt")
                pressed.on_click(lambda: self._form.submit(self._run, pressed))
            self._result = box("pg-stack-s")

    def show_variables(self, used: list[PromptVariable]) -> None:
        """Have a field for each variable; what was typed stays."""
        wanted = [(variable.name, variable.kind) for variable in used]
        if wanted == self._shown:
            return
        self._shown = wanted
        with self._fields.clear():
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
        self._result.clear()  # what it said is not of this run
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
        with self._result.clear():
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
                with box("pg-row") as offer:
                    button("Keep as a test", lambda: self._keep_as_test(offer), icon="plus")

    def _keep_as_test(self, offer: ui.element) -> None:
        answer = self._draft.last_answer
        is_text = self._definition().output_schema is None
        first = next((name for name, value in answer.items() if isinstance(value, str | bool)), None)
        given = {"input": self._draft.last_input, "name": f"Example {len(self._draft.tests) + 1}"}
        expected = {} if is_text or first is None else {"expect": "subset", "value": {first: answer[first]}}
        self._keep(PromptTest.model_validate({**given, **expected}))
        offer.delete()
