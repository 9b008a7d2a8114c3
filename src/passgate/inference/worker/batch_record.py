"""A batch under way: by whom it was made, and by which call, to which it is charged when it is done."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson

from passgate.contracts.revocation_list import TokenFacts
from passgate.inference.files.ids import OwnIds
from passgate.inference.limits.token_ceiling import TokenCeiling
from passgate.inference.worker.ai_call import AiCall
from passgate.inference.worker.caller import Caller
from passgate.kernel.lasting_seal import LastingSeal, SealBrokenError

_BOUND = "batch mark"
_LONGEST_MARK = 512
"""Letters of a value in a batch's metadata (OpenAI, Batch API)."""


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """What must be known of it."""

    provider_id: str
    vendor_id: str
    request_id: str
    """Of the call that made it; its usage stands there, so it counts once, whoever tells of it."""
    started: str
    """ISO 8601, of that call."""
    application_id: str
    team_id: str
    jti: str
    subject: str
    issued_at: int
    model: str
    deployment_id: str
    amount: int = 0
    """Micro-dollars that it may cost, by the estimate."""
    ceilings: tuple[TokenCeiling, ...] = ()
    """What its token said of its own limits."""
    hold: str = ""
    """What the amount is held under, where counters are shared."""
    elsewhere: bool = False
    """Another node made it, and holds and counts it."""

    @classmethod
    def of(cls, call: AiCall, provider_id: str, deployment_id: str, amount: int) -> "BatchRecord":
        """The record of a batch that a call is about to make."""
        token = call.caller.token
        return cls(
            provider_id=provider_id,
            vendor_id="",
            request_id=call.request_id,
            started=call.started.isoformat(timespec="microseconds"),
            application_id=call.caller.application_id,
            team_id=call.team_id,
            jti=token.jti,
            subject=token.subject,
            issued_at=token.issued_at,
            model=call.model_name,
            deployment_id=deployment_id,
            amount=amount,
            ceilings=call.caller.ceilings,
        )

    def to_json(self) -> bytes:
        """The record as JSON."""
        return orjson.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: bytes) -> "BatchRecord":
        """The record that was written so.

        Raises:
            ValueError: it is none.
        """
        document: dict[str, Any] = orjson.loads(text)
        try:
            ceilings = tuple(TokenCeiling(**one) for one in document.pop("ceilings", ()))
            return cls(**document, ceilings=ceilings)
        except TypeError as error:
            raise ValueError(str(error)) from error

    def marked(self, seal: LastingSeal) -> str:
        """The record as it lies with the vendor, in the batch's metadata: sealed, and for this application alone."""
        text = self._sealed(seal, self.subject)
        return text if len(text) <= _LONGEST_MARK else self._sealed(seal, "")

    def _sealed(self, seal: LastingSeal, subject: str) -> str:
        plain = (self.request_id, self.started, self.team_id, self.jti, subject, self.issued_at, self.model)
        return seal.seal(orjson.dumps((*plain, self.deployment_id)), _BOUND, self.application_id)

    @classmethod
    def read_mark(cls, ids: OwnIds, mark: object, provider_id: str, vendor_id: str) -> "BatchRecord | None":
        """The record that a batch at the vendor bears; None: it is not this application's."""
        if not isinstance(mark, str):
            return None
        try:
            parts = orjson.loads(ids.seal.open(mark, _BOUND, ids.application_id))
        except (SealBrokenError, ValueError):
            return None
        request_id, started, team_id, jti, subject, issued_at, model, deployment_id = parts
        return cls(
            provider_id,
            vendor_id,
            request_id,
            started,
            ids.application_id,
            team_id,
            jti,
            subject,
            issued_at,
            model,
            deployment_id,
            elsewhere=True,
        )

    def call(self) -> AiCall:
        """The call that made it, as far as it is known."""
        token = TokenFacts(self.jti, self.subject, self.application_id, self.issued_at)
        caller = Caller(token, ceilings=self.ceilings)
        started = datetime.fromisoformat(self.started)
        return AiCall(
            "openai-chat", self.request_id, caller, started, lambda: 0.0, 0.0, self.team_id, model_name=self.model
        )
