"""Trials of prompts: real calls through this machine's own gate."""

import http.client
import json
import ssl
import time
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from passgate.contracts.prompt import TRIAL_PATH, PromptDefinition
from passgate.publishing.prompts.errors import GateUnreachableError

_PATIENCE_SECONDS = 5.0
"""For a caller's own application, made a moment ago, to come into force."""
_PAUSE_SECONDS = 0.2
_CALL_SECONDS = 120.0
_OK = 200


class Trial(BaseModel):
    """What came of one call."""

    status: int
    answer: Any = Field(description="The service's answer; null where there is none.")
    problem: str | None = Field(description="Why there is none.")
    code: str | None = Field(description="Stable name of that.")
    model: str | None = Field(description="Who answered.")
    attempts: int = Field(description="Calls of models that it took.")
    tokens_in: int
    tokens_out: int
    cost: Decimal = Field(description="Dollars.")
    latency_ms: int


@dataclass(frozen=True, slots=True)
class LocalGate:
    """Envoy on this machine, as clients reach it."""

    host: str = "127.0.0.1"
    port: int = 8080
    certificate: Path | None = None
    """That of the gate, where it speaks TLS; it alone is trusted."""

    def try_prompt(self, token: str, prompt: PromptDefinition, given: dict[str, Any]) -> Trial:
        """Call a prompt that nobody has published.

        Raises:
            GateUnreachableError: the gate does not answer.
        """
        document = {"prompt": prompt.without_tests().model_dump(mode="json"), "input": given}
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            trial = self._call(token, json.dumps(document).encode())
            if trial.code != "application_unknown" or time.monotonic() > deadline:
                return trial
            time.sleep(_PAUSE_SECONDS)

    def _call(self, token: str, body: bytes) -> Trial:
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        connection = self._connection()
        started = time.monotonic()
        try:
            connection.request("POST", TRIAL_PATH, body, headers)
            response = connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise GateUnreachableError(f"The gate at port {self.port} does not answer: {error}.") from error
        finally:
            connection.close()
        return _trial(response, text, int((time.monotonic() - started) * 1000))

    def _connection(self) -> http.client.HTTPConnection:
        context = self.tls()
        if context is None:
            return http.client.HTTPConnection(self.host, self.port, timeout=_CALL_SECONDS)
        return http.client.HTTPSConnection(self.host, self.port, timeout=_CALL_SECONDS, context=context)

    def tls(self) -> ssl.SSLContext | None:
        """How it is spoken to; None: in plain text."""
        if self.certificate is None:
            return None
        context = ssl.create_default_context(cafile=str(self.certificate))
        context.check_hostname = False  # the certificate names the world's address of this machine, not this one
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        return context


def _trial(response: http.client.HTTPResponse, text: bytes, latency_ms: int) -> Trial:
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    good = response.status == _OK
    told = document if isinstance(document, dict) and not good else {}
    return Trial(
        status=response.status,
        answer=document if good else None,
        problem=None if good else str(told.get("detail") or f"The gate answered with status {response.status}."),
        code=told.get("code"),
        model=response.headers.get("x-passgate-model"),
        attempts=int(response.headers.get("x-passgate-attempts", 0)),
        tokens_in=int(response.headers.get("x-passgate-tokens-in", 0)),
        tokens_out=int(response.headers.get("x-passgate-tokens-out", 0)),
        cost=Decimal(response.headers.get("x-passgate-cost", "0")),
        latency_ms=latency_ms,
    )
