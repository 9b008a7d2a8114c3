"""A revision of a prompt: its draft is edited, tested and compared here; later it is shown."""

import json
from collections.abc import Awaitable, Callable

from nicegui import run

from passgate.console.components.badge import badge
from passgate.console.components.card import card
from passgate.console.components.copyable import snippet
from passgate.console.components.facts import facts
from passgate.console.components.field import choice_field
from passgate.console.components.form import Form
from passgate.console.components.text import Words, box, muted
from passgate.console.formatting import counted
from passgate.console.pages.prompts.editor import PromptEditor
from passgate.console.pages.services.differences import compared, show_differences
from passgate.console.pages.services.revising import HeldRevision
from passgate.console.visit import Visit
from passgate.contracts.prompt import PromptDefinition
from passgate.kernel.actor import Actor
from passgate.publishing.prompts.schemas import PromptTestView
from passgate.publishing.prompts.trials import keep_results, list_runs, plan_tests
from passgate.publishing.schemas import ServiceView
from passgate.publishing.version_schemas import RevisionDetail
from passgate.storage.work import Work

Save = Callable[..., Awaitable[None]]
"""Keeps parts of the definition, by their names."""


async def prompt_part(
    visit: Visit, service: ServiceView, held: HeldRevision, prompt: PromptDefinition, save: Save | None
) -> None:
    """The prompt's cards; without a way to save, they are shown only."""
    if save is not None:
        await _Draft(visit, service, held, prompt, save).build()
        return
    last = await visit.ask(_last_run, service.id, held.revision)
    with box("pg-grid-2"):
        with box("pg-stack"):
            _shown(prompt)
        with box("pg-stack"):
            _tests(prompt, last)
            await _changes(visit, service, held.revision)


class _Draft:
    """The cards of a draft."""

    def __init__(
        self, visit: Visit, service: ServiceView, held: HeldRevision, prompt: PromptDefinition, save: Save
    ) -> None:
        self._visit, self._service, self._held, self._save = visit, service, held, save
        self._form = Form()
        self._editor = PromptEditor(visit, self._form, lambda: service.team_id, prompt)
        self._proven = ""
        """Digest of the revision that the last run was of."""
        self._failed = 0

    async def build(self) -> None:
        """Make all of them."""
        editor = self._editor
        self._form.problem_place()
        with box("pg-grid-2"):
            with box("pg-stack"):
                with card("Model"):
                    self._form.add("model", choice_field("Model", {}, searchable=True))
                editor.prompt_card()
                editor.answer_card()
            with box("pg-stack"):
                editor.trying_cards(self._run)
                self._difference = box()
        self._held.save, self._held.prove = self._keep, self._prove
        await editor.offer_models()
        editor.changed()
        last = await self._visit.ask(_last_run, self._service.id, self._held.revision)
        if last is not None:
            self._take_in(last)
        await self._compare()

    async def _keep(self) -> bool:
        kept = await self._form.submit(self._store)
        if kept:
            self._visit.tell("The draft is saved.")
        return kept

    async def _store(self) -> None:
        prompt = self._editor.definition()
        if prompt != self._held.revision.definition.prompt:
            await self._save(prompt=prompt.model_dump(mode="json"))
            await self._compare()

    async def _run(self) -> None:
        """Save, and call the prompt once for each test."""
        await self._store()
        console, held = self._visit.console, self._held.revision
        plan = await self._visit.change(plan_tests, console.token_issuer, self._service.id, held.id)
        results = await run.io_bound(plan.run, console.gate)
        if results is None:
            return  # the process is ending
        self._take_in(await self._visit.change(keep_results, plan, results))

    async def _prove(self) -> bool:
        if not self._editor.draft.tests:
            return True
        if self._proven != self._held.revision.digest and not await self._form.submit(self._run):
            return False
        if self._failed and self._editor.tests.required:
            self._visit.tell(
                f"{counted(self._failed, 'test')} failed, and all must pass before it is published.", "bad"
            )
            return False
        return True

    def _take_in(self, tested: PromptTestView) -> None:
        self._proven, self._failed = tested.digest, tested.failed
        self._editor.tests.tell(tested.results)

    async def _compare(self) -> None:
        found = await self._visit.ask(compared, self._service.id, self._held.revision.id)
        with self._difference.clear(), card("Changes", "To the revision that answers now."), box("pg-stack-s"):
            show_differences(found)


def _last_run(actor: Actor, work: Work, service_id: str, revision: RevisionDetail) -> PromptTestView | None:
    """The last run of the revision as it is now."""
    runs = list_runs(actor, work, service_id, revision.id)
    return next((one for one in runs if one.digest == revision.digest), None)


async def _changes(visit: Visit, service: ServiceView, revision: RevisionDetail) -> None:
    found = await visit.ask(compared, service.id, revision.id)
    if found.comparison.against not in {None, revision.id}:
        with card("Changes", "To the revision that answers now."), box("pg-stack-s"):
            show_differences(found)


def _shown(prompt: PromptDefinition) -> None:
    with card("Prompt"), box("pg-stack-s"):
        for title, text in (("System", prompt.system), ("User", prompt.user)):
            if text:
                Words(title, "label")
                snippet(text, "text")
        for example in prompt.examples:
            Words("Example", "label")
            snippet(f"{example.user}\n\n→ {example.assistant}", "text")
        parameters = prompt.models[0].parameters if prompt.models else {}
        told = [("Model", ", then ".join(model.name for model in prompt.models) or "None")]
        told += [(name.replace("_", " ").capitalize(), str(value)) for name, value in parameters.items()]
        told += [(one.name, f"{one.kind}, {'required' if one.required else 'optional'}") for one in prompt.variables]
        facts(told)
    with card("Answer"):
        if prompt.output_schema is None:
            muted(f"Text{', as a stream where callers ask for one' if prompt.streaming else ''}.")
        else:
            snippet(json.dumps(prompt.output_schema, indent=2, ensure_ascii=False), "javascript")


def _tests(prompt: PromptDefinition, last: PromptTestView | None) -> None:
    with card("Tests"), box("pg-stack-s"):
        if not prompt.tests:
            muted("It has none.")
        elif last is None:
            muted("They were not run with this revision as it is.")
        results = last.results if last is not None else []
        for at, test in enumerate(prompt.tests):
            result = results[at] if at < len(results) else None
            with box("pg-row"):
                Words(test.name or f"Test {at + 1}", "span", "pg-strong")
                if result is not None:
                    passed = result.fault is None
                    badge("Passed" if passed else "Failed", "good" if passed else "bad", dot=True)
                    Words(result.fault or "", "span", "pg-small")
