"""What calls of prompts say: what their caller sent and got. The prompt's own words are its publisher's: not kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from passgate.inference.json_text import write_json
from passgate.inference.policies.masker import ContentBlockedError, Hits, Masker
from passgate.inference.worker.ai_call import AiCall
from passgate.inference.worker.body_log import BodyLog, BodyTap

_FREE = "input"
"""Below this name a masker holds everything for somebody's data, whatever it is called."""


@dataclass(frozen=True, slots=True)
class PromptBodies:
    """Writes them down, where a call's application wants that."""

    log: BodyLog | None

    def keep(self, call: AiCall | None, values: Mapping[str, Any] | None, answered: BodyTap | None) -> None:
        """Write a call down.

        Args:
            call: of one model; its application decides, its policy masks.
            values: as the prompt's caller gave them.
            answered: heard the answer.
        """
        if self.log is None or call is None or answered is None:
            return
        if call.application is None or not call.application.logs_bodies:
            return
        given = {_FREE: dict(values or {})}
        if call.policy is not None and call.policy.on_request:
            try:
                given = Masker(call.policy.on_request, "request", Hits()).document(given)
            except ContentBlockedError:
                return
        self.log.keep(call, answered, BodyTap(answered.send, "application/json", write_json(given[_FREE])))
