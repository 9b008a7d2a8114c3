"""Answers calls of prompt services: finds the revision that the gate names."""

import asyncio
from dataclasses import dataclass

from passgate.contracts.prompt import PROMPT_HEADER
from passgate.inference.prompts.errors import PromptNotReadyError
from passgate.inference.prompts.input import wants_stream
from passgate.inference.prompts.serving_prompt import ServingPrompt
from passgate.inference.worker.call_handler import CallHandler
from passgate.inference.worker.incoming import Incoming
from passgate.inference.worker.prompt_call import PromptCall

_PATIENCE_SECONDS = 3.0
"""Envoy has a new revision before the workers do: the agent waits for its acknowledgement in between."""
_LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class PromptHandler:
    """Answers calls of prompts."""

    calls: CallHandler

    async def answer(self, incoming: Incoming) -> None:
        """Answer a call.

        Raises:
            PromptNotReadyError: the revision is not known here.
            PromptStreamError: a stream is asked for, and the prompt gives none.
            ClaimsMissingError: nobody knows who calls.
        """
        prompt = await self._find(incoming.headers[PROMPT_HEADER])
        stream = wants_stream(prompt, incoming.query, incoming.headers)
        await PromptCall(self.calls, prompt, incoming, stream).run()

    async def _find(self, revision_id: str) -> ServingPrompt:
        loop = asyncio.get_running_loop()
        limit = loop.time() + _PATIENCE_SECONDS
        while (prompt := self.calls.state.table.prompt(revision_id)) is None:
            if loop.time() > limit:
                raise PromptNotReadyError("This revision of the prompt is not in force here (yet).")
            await asyncio.sleep(_LOOK_SECONDS)
        return prompt
