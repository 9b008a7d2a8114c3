"""One model's talk, turn by turn."""

from typing import Any

from passgate.console.components.card import card
from passgate.console.components.text import Words, box
from passgate.console.pages.playground.turn import Turn
from passgate.console.visit import Visit
from passgate.publishing.playground.question import Question
from passgate.publishing.prompts.gate import LocalGate


class Column:
    """A card for one model."""

    def __init__(self, visit: Visit, model: str) -> None:
        self.model = model
        self.sent: dict[str, Any] = {}
        """The body of the last call."""
        self._visit = visit
        self._said: list[dict[str, Any]] = []
        """What was said so far, without the system's message."""
        self._turn: Turn | None = None
        with card():
            Words(model, "h2")
            self._turns = box("pg-play-turns")

    def document(self, question: Question) -> dict[str, Any]:
        """The body of the call that would ask this next."""
        results = self._turn.results() if self._turn is not None else []
        return question.document(self.model, [*self._said, *results])

    async def run(self, gate: LocalGate, token: str, question: Question) -> None:
        """Ask, and show what comes; an answer that is whole becomes part of the talk."""
        self.sent = self.document(question)
        self._turn = turn = Turn(self._visit, self._turns, question)
        await turn.run(gate, token, self.sent)
        if turn.answer.state == "done":
            self._said = [one for one in self.sent["messages"] if one["role"] != "system"] + [turn.answer.message()]

    def stop(self) -> None:
        """Break the answer off; the vendor stops, too."""
        if self._turn is not None:
            self._turn.stop()
