"""A call of a prompt, from the caller's variables to its answer: one chat call, or a few."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from passgate.contracts.prompt import PromptModel
from passgate.inference.json_text import Json, write_json
from passgate.inference.prompts.answer import Answer, MisfitError, fitting_value, read_answer
from passgate.inference.prompts.answer_stream import AnswerStream
from passgate.inference.prompts.chat_document import chat_document, repair_document
from passgate.inference.prompts.errors import PromptCutShortError, PromptDeclinedError, PromptOutputError
from passgate.inference.prompts.input import read_values
from passgate.inference.prompts.problem import MEDIA_TYPE, problem_of
from passgate.inference.prompts.schema_support import enforces_schemas
from passgate.inference.prompts.serving_prompt import ServingPrompt
from passgate.inference.worker.ai_call import AiCall, Ending, usage_line
from passgate.inference.worker.answering import send_refusal, send_whole
from passgate.inference.worker.body_log import BodyTap
from passgate.inference.worker.call_handler import CallHandler
from passgate.inference.worker.caller import read_caller
from passgate.inference.worker.incoming import Header, Incoming, Message, Receive
from passgate.inference.worker.prompt_bodies import PromptBodies
from passgate.inference.worker.prompt_turn import PromptTurn
from passgate.inference.worker.refusals import ModelNotAllowedError
from passgate.inference.worker.request_body import read_body
from passgate.kernel.money import to_dollars

_OK = 200
_BAD_GATEWAY = 502
_JSON = "application/json"
_PASSING = frozenset({408, 429})
_FIRST_SERVER_ERROR = 500
_STAYS = frozenset({"worker_stopping", "internal_error"})
"""Failures that another model does not mend."""
_NO_MODEL = frozenset({"model_not_found", "model_kind_mismatch"})
_VENDORS_OWN = frozenset({401, 402, 403, 404})
"""What a vendor says to the gate with these is no fault of the prompt's caller."""
_REJECTED = frozenset({400, 422})


@dataclass(slots=True)
class PromptCall:
    """Asks the prompt's models in turn, checks what is answered, and has a wrong answer mended once."""

    calls: CallHandler
    prompt: ServingPrompt
    incoming: Incoming
    stream: bool
    trial: bool = False
    """Nobody has published it: the models are those that the caller may use."""
    values: dict[str, Any] | None = None
    turns: list[PromptTurn] = field(default_factory=list)
    allowed: frozenset[str] | None = None
    """The models that the caller's plan allows; None: it bounds none."""
    document: dict[str, Any] = field(default_factory=dict)
    """What was asked last."""

    async def run(self) -> None:
        """Answer; each model that was asked leaves a usage line, and the last one bears the call's own request id."""
        tap = BodyTap(self.incoming.send, "")
        self.incoming = replace(self.incoming, send=tap.send)
        try:
            await self._answer()
        finally:
            last = self.turns[-1] if self.turns else None
            if last is not None and last.tap is not None:  # it was admitted, and asked
                PromptBodies(self.calls.bodies).keep(last.call, self.values, tap)

    async def _answer(self) -> None:
        turn = await self._through_models(self._models())
        if turn.streamed:
            return
        if turn.status != _OK:
            await self._refuse(turn)
            return
        answer = read_answer(turn.document())
        if self.prompt.validator is None:
            text = answer.text or answer.refusal
            await self._send(turn, write_json({"text": text}), answer)
            return
        await self._send_fitting(turn, answer)

    def _models(self) -> Sequence[PromptModel]:
        """Those of the prompt's that the caller's plan allows.

        Raises:
            ModelNotAllowedError: it allows none of them.
            ClaimsMissingError: nobody knows who calls.
        """
        named = self.prompt.definition.models
        if self.trial:
            return named
        state = self.calls.state
        caller = read_caller(self.incoming.headers, state.issuers)
        self.allowed = state.table.plan_models(self.prompt.service_id, caller.application_id)
        if self.allowed is None:
            return named
        found = [model for model in named if self._real_name(model) in self.allowed]
        if not found:
            raise ModelNotAllowedError("The plan of the subscription allows none of the prompt's models.")
        return found

    def _real_name(self, model: PromptModel) -> str:
        serving = self.calls.state.table.model_of_team(self.prompt.team_id, model.name)
        return serving.name if serving is not None else model.name

    async def _through_models(self, models: Sequence[PromptModel]) -> PromptTurn:
        for model in models[:-1]:
            turn = await self._of_model(model)
            if turn.streamed or turn.status is None or not _may_fall_back(turn):
                return turn
            self._write_earlier(turn)
        return await self._of_model(models[-1])

    async def _of_model(self, model: PromptModel) -> PromptTurn:
        """Ask a model; once more in words only, where its vendor does not take the schema."""
        if self.prompt.definition.output_schema is None:
            return await self._ask(model, enforced=False)
        serving = self.calls.state.table.model_of_team(self.prompt.team_id, model.name)
        enforced = serving is not None and enforces_schemas(one.target for one in serving.deployments)
        turn = await self._ask(model, enforced=enforced)
        if enforced and turn.status in _REJECTED and turn.asked_vendor and turn.code != "content_blocked":
            self._write_earlier(turn)
            turn = await self._ask(model, enforced=False)
        return turn

    async def _ask(self, model: PromptModel, *, enforced: bool) -> PromptTurn:
        async def receive() -> Message:
            values = await self._checked_values()
            self.document = chat_document(self.prompt, values, model, stream=self.stream, enforced=enforced)
            return _whole(self.document)

        return await self._turn(receive)

    async def _turn(self, receive: Receive) -> PromptTurn:
        incoming = self.incoming
        stream = AnswerStream(incoming.request_id) if self.stream else None
        team_id = None if self.trial else self.prompt.team_id
        service_id = None if self.trial else self.prompt.service_id
        turn = PromptTurn(team_id, self._write, stream, incoming.send, service_id, self.allowed)
        self.turns.append(turn)
        asked = replace(incoming, form="openai-chat", receive=receive, send=turn.send, prompt=turn)
        await self.calls.answer(asked)
        return turn

    async def _checked_values(self) -> dict[str, Any]:
        if self.values is None:
            body = await read_body(self.incoming.receive, self.incoming.headers, self.calls.limits.request_bytes)
            self.values = read_values(self.prompt, body)
        return self.values

    async def _send_fitting(self, turn: PromptTurn, answer: Answer) -> None:
        try:
            value = self._value(answer)
        except MisfitError as misfit:
            await self._repair(turn, answer, misfit)
        except PromptOutputError as error:
            await self._fail(turn, error)
        else:
            await self._send(turn, write_json(value), answer)

    async def _repair(self, turn: PromptTurn, answer: Answer, misfit: MisfitError) -> None:
        """Have a wrong answer mended, once."""
        turn.ended_as(_OK, PromptOutputError.code)
        self._write_earlier(turn)
        document = repair_document(self.document, answer.text, misfit.place, misfit.rule)

        async def receive() -> Message:
            return _whole(document)

        mended = await self._turn(receive)
        if mended.status is None:
            self._write_last(mended)
            return
        told = f"The model's answer does not fit the prompt's schema. {misfit}"
        if mended.status != _OK:
            told = f"{told}; the attempt to mend it failed ({mended.code or mended.status})."
            await self._fail(mended, PromptOutputError(told))
            return
        again = read_answer(mended.document())
        try:
            value = self._value(again)
        except MisfitError as second:
            told = f"The model's answer does not fit the prompt's schema, and it did not mend it. {second}"
            await self._fail(mended, PromptOutputError(told, field=second.place))
        except PromptOutputError as error:
            await self._fail(mended, error)
        else:
            await self._send(mended, write_json(value), again)

    def _value(self, answer: Answer) -> Json:
        validator = self.prompt.validator
        if validator is None:
            raise RuntimeError("only a prompt with a schema has values")
        if answer.refusal or answer.finish_reason == "content_filter":
            raise PromptDeclinedError(f"The model declined to answer. {answer.refusal}".strip())
        try:
            return fitting_value(answer.text, validator)
        except MisfitError:
            if answer.finish_reason == "length":
                raise PromptCutShortError(
                    "The model reached its limit of tokens before its answer was whole."
                ) from None
            raise

    # The ends of a call

    async def _send(self, turn: PromptTurn, body: bytes, answer: Answer) -> None:
        self._write_last(turn)
        headers = self._headers(turn)
        if answer.finish_reason and answer.finish_reason != "stop":
            headers.append((b"x-passgate-finish-reason", answer.finish_reason.encode("ascii", "replace")))
        await send_whole(self.incoming.send, _OK, _JSON, body, headers)

    async def _fail(self, turn: PromptTurn, error: PromptOutputError) -> None:
        turn.ended_as(int(error.status), error.code)
        self._write_last(turn)
        await send_refusal(self.incoming.send, "prompt", error, self.incoming.request_id, self._headers(turn))

    async def _refuse(self, turn: PromptTurn) -> None:
        """The pipeline's refusal, or the vendor's, in the caller's format."""
        if turn.status is None:
            self._write_last(turn)
            return
        told = turn.status
        ours = turn.code in _NO_MODEL and not self.trial
        if ours or (turn.asked_vendor and told in _VENDORS_OWN and turn.code != "budget_exhausted"):
            told = _BAD_GATEWAY
            turn.ended_as(told, turn.code)
        self._write_last(turn)
        status, problem = problem_of(told, turn.document(), self.incoming.request_id)
        await send_whole(self.incoming.send, status, MEDIA_TYPE, write_json(problem), self._headers(turn))

    def _headers(self, turn: PromptTurn) -> list[Header]:
        tokens = [one.tokens() for one in self.turns]
        figures = (
            ("x-passgate-tokens-in", str(sum(one.input for one in tokens))),
            ("x-passgate-tokens-out", str(sum(one.output for one in tokens))),
            ("x-passgate-cost", f"{to_dollars(sum(one.cost() for one in self.turns)):f}"),
            ("x-passgate-attempts", str(sum(one.got_somewhere for one in self.turns))),
        )
        return [*turn.headers, *((name.encode(), figure.encode()) for name, figure in figures)]

    # The usage lines

    def _write(self, call: AiCall, ending: Ending) -> None:
        self.calls.spool.append(usage_line(call, ending))

    def _write_last(self, turn: PromptTurn) -> None:
        if turn.call is not None and turn.ending is not None:
            self._write(turn.call, turn.ending)

    def _write_earlier(self, turn: PromptTurn) -> None:
        """Of a turn that another one follows: a line of its own, under an id made of the call's."""
        if turn.call is not None and turn.ending is not None:
            turn.call.request_id = f"{turn.call.request_id}~{len(self.turns)}"
            self._write(turn.call, turn.ending)
            PromptBodies(self.calls.bodies).keep(turn.call, self.values, turn.tap)


def _may_fall_back(turn: PromptTurn) -> bool:
    status = turn.status or _OK
    if turn.code in _STAYS:
        return False
    if turn.code in _NO_MODEL or status >= _FIRST_SERVER_ERROR or status in _PASSING:
        return True
    return turn.asked_vendor and status in _VENDORS_OWN


def _whole(document: dict[str, Any]) -> Message:
    return {"type": "http.request", "body": write_json(document), "more_body": False}
