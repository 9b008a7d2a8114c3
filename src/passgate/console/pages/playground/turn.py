"""One turn of a talk: what was asked, and a model's answer as it comes, with what it took and cost."""

import asyncio
from typing import Any

from nicegui import ui
from nicegui.element import Element

from passgate.console.components.badge import Tone, badge
from passgate.console.components.button import button, link_button
from passgate.console.components.copyable import snippet
from passgate.console.components.facts import Value, facts
from passgate.console.components.field import text_field
from passgate.console.components.text import Words, box, muted
from passgate.console.edge import MOUNT_PATH
from passgate.console.formatting import grouped, milliseconds
from passgate.console.pages.calls.detail import open_call
from passgate.console.visit import Visit, who
from passgate.kernel.money import format_dollars
from passgate.kernel.pagination import PageRequest
from passgate.kernel.permissions import Permission
from passgate.metering.schemas import CallFilter, CallView
from passgate.metering.service.calls import list_calls
from passgate.publishing.playground.answer import Answer, State
from passgate.publishing.playground.calling import call_model
from passgate.publishing.playground.question import Question
from passgate.publishing.prompts.gate import LocalGate

_SHOWN_EVERY_SECONDS = 0.1
_LEDGER_LOOKS = 8
_LEDGER_PAUSE_SECONDS = 0.75
_STATES: dict[State, tuple[str, Tone]] = {
    "waiting": ("Waiting", "plain"),
    "coming": ("Answering", "info"),
    "done": ("Done", "good"),
    "stopped": ("Stopped", "warn"),
    "failed": ("Failed", "bad"),
}


class Turn:
    """A question and its answer, within a model's card."""

    def __init__(self, visit: Visit, place: Element, question: Question) -> None:
        """Make it.

        Args:
            visit: whose.
            place: where in the card.
            question: what is asked; shown above the answer.
        """
        self.answer = Answer()
        self._visit = visit
        self._place = place
        self._task: asyncio.Task[None] | None = None
        self._shown: tuple[State, int] | None = None
        self._looks = 0
        self._ledger: ui.timer | None = None
        self._results: dict[str, ui.input] = {}
        with place, box("pg-play-turn"):
            with box("pg-play-asked"):
                for one in question.pictures:
                    ui.image(one).classes("pg-play-picture").props('alt="A picture of the question"')
                if question.user:
                    Words(question.user, "div", "pg-play-said")
            self._state = box(tag="span")
            self._text = Words("", "div", "pg-play-text").props("aria-live=polite")
            self._tools = box("pg-stack-s")
            self._more = box("pg-stack-s")
            self._stop = button("Stop", self.stop, icon="ban")

    def results(self) -> list[dict[str, Any]]:
        """What the tools give that the model asked for, as typed."""
        return [
            {"role": "tool", "tool_call_id": call_id, "content": field.value or ""}
            for call_id, field in self._results.items()
        ]

    async def run(self, gate: LocalGate, token: str, document: dict[str, Any]) -> None:
        """Ask, and show what comes; the call ends with the page."""
        self._task = asyncio.create_task(call_model(gate, token, document, self.answer))
        try:
            while not self._task.done():
                self._show()
                await asyncio.wait({self._task}, timeout=_SHOWN_EVERY_SECONDS)
                if self._text.is_deleted:
                    return
        finally:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._show()
        self._stop.set_visibility(False)
        self._ask_for_results()
        self._show_outcome(None)
        actor = await self._visit.ask(who)
        if self.answer.request_id is not None and actor.teams_with(Permission.CALL_READ) != frozenset():
            with self._place:
                self._ledger = ui.timer(_LEDGER_PAUSE_SECONDS, self._look_up)

    def stop(self) -> None:
        """Break the answer off; the vendor stops, too."""
        if self._task is not None:
            self._task.cancel()

    def _show(self) -> None:
        answer = self.answer
        now = (answer.state, len(answer.text))
        if now == self._shown:
            return
        if self._shown is None or self._shown[0] != answer.state:
            self._state.clear()
            with self._state:
                badge(*_STATES[answer.state], dot=True)
        self._shown = now
        self._text.say(answer.text)

    async def _look_up(self) -> None:
        """The cost, which the ledger knows a moment after the call."""
        self._looks += 1
        found = await self._visit.ask(list_calls, CallFilter(text=self.answer.request_id), PageRequest(limit=1))
        if self._text.is_deleted:
            return
        call = next(iter(found.items), None)
        if call is not None and (call.usage is not None or self._looks == _LEDGER_LOOKS):
            self._show_outcome(call)
            self._looks = _LEDGER_LOOKS
        if self._looks >= _LEDGER_LOOKS and self._ledger is not None:
            self._ledger.cancel()

    def _ask_for_results(self) -> None:
        """Apart from the outcome, which is made anew when the ledger has spoken: somebody may type here by then."""
        with self._tools:
            for tool in self.answer.tool_calls.values():
                Words(f"Asks for the tool {tool.name}", "label")
                snippet(tool.arguments or "{}", "javascript")
                field = text_field(f"What {tool.name} gives", optional=True, help_text="Goes with the next message.")
                self._results[tool.id] = field

    def _show_outcome(self, call: CallView | None) -> None:
        answer = self.answer
        self._more.clear()
        with self._more:
            if answer.problem is not None:
                with box("pg-row"):
                    badge(answer.code or str(answer.status or "broken off"), "bad")
                    Words(answer.problem, "p")
            if answer.state == "done" and not answer.text and not answer.tool_calls:
                muted("The answer is empty.")
            facts([(name, value) for name, value in self._facts(call) if value])
            with box("pg-row"):
                if call is not None:
                    button("Open the call", lambda: open_call(self._visit, call.id), icon="call")
                elif answer.request_id is not None:
                    link_button("All calls", f"{MOUNT_PATH}/calls", icon="call")

    def _facts(self, call: CallView | None) -> list[tuple[str, Value]]:
        answer, usage = self.answer, call.usage if call else None
        tokens_in = usage.tokens_in if usage else answer.tokens_in
        tokens_out = usage.tokens_out if usage else answer.tokens_out
        told = tokens_in is not None and tokens_out is not None
        return [
            ("First token", milliseconds(answer.first_token_ms) if answer.first_token_ms is not None else ""),
            ("In all", milliseconds(answer.duration_ms)),
            ("Tokens", f"{grouped(tokens_in or 0)} in, {grouped(tokens_out or 0)} out" if told else ""),
            ("Cost", format_dollars(usage.cost_micro_dollars) if usage else "in the ledger, soon" if told else ""),
            ("Ended by", answer.finish_reason or ""),
            ("Answered by", ", ".join(one for one in (answer.provider, answer.fallback_model) if one)),
            ("Left out", answer.dropped or ""),
        ]
