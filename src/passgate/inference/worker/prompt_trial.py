"""Answers a prompt that nobody has published, for its author and its tests: with the models that the caller may use."""

from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from passgate.contracts.prompt import PromptDefinition, PublishedPrompt
from passgate.contracts.prompt_checks import prompt_faults
from passgate.inference.json_text import read_json, write_json
from passgate.inference.prompts.errors import PromptInputError
from passgate.inference.prompts.input import wants_stream
from passgate.inference.prompts.serving_prompt import ServingPrompt
from passgate.inference.translation import InvalidRequestError
from passgate.inference.worker.call_handler import CallHandler
from passgate.inference.worker.caller import read_caller
from passgate.inference.worker.incoming import Incoming, Message
from passgate.inference.worker.prompt_call import PromptCall
from passgate.inference.worker.request_body import ClientGoneError, read_body


@dataclass(frozen=True, slots=True)
class PromptTrial:
    """Answers trials; each is a call like any other, with its limits and its price."""

    calls: CallHandler

    async def answer(self, incoming: Incoming) -> None:
        """Answer a trial.

        Raises:
            PassgateError: the prompt or its input breaks a rule, or nobody knows who calls.
        """
        caller = read_caller(incoming.headers, self.calls.state.issuers)
        _, application = self.calls.state.admitted(caller.token)
        try:
            body = await read_body(incoming.receive, incoming.headers, self.calls.limits.request_bytes)
        except ClientGoneError:
            return
        definition, given = _read(body)
        published = PublishedPrompt(
            service_id="", version_id="", revision_id="", team_id=application.team_id, definition=definition
        )
        prompt = ServingPrompt(published)

        async def receive() -> Message:
            return {"type": "http.request", "body": write_json(given), "more_body": False}

        stream = wants_stream(prompt, incoming.query, incoming.headers)
        await PromptCall(self.calls, prompt, replace(incoming, receive=receive), stream, trial=True).run()


def _read(body: bytes) -> tuple[PromptDefinition, Any]:
    try:
        document = read_json(body)
    except ValueError as error:
        raise InvalidRequestError(f"The body is not valid JSON: {error}.", code="invalid_json") from error
    if not isinstance(document, dict) or not {"prompt"} <= set(document) <= {"prompt", "input"}:
        raise InvalidRequestError("The body must be an object with 'prompt' and 'input'.", code="invalid_json")
    try:
        definition = PromptDefinition.model_validate(document["prompt"]).without_tests()
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(("prompt", *map(str, first["loc"])))
        raise PromptInputError(f"{field}: {first['msg']}.", field=field) from error
    faults = prompt_faults(definition)
    if faults:
        field, rule = faults[0]
        raise PromptInputError(rule, field=f"prompt.{field}")
    return definition, document.get("input", {})
