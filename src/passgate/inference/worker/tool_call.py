"""A tool's call: one call of a service, through the gate, with the caller's own token."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from passgate.inference.tools.offers import ListedTool
from passgate.inference.tools.request import request_of
from passgate.inference.tools.result import failure, result_of, result_of_server
from passgate.inference.worker.gate_client import GateClient, GateRequest
from passgate.kernel.errors import PassgateError

_SECONDS = 300.0
"""At the longest; services bound their calls themselves, most of them far below."""
_ANY_HOST = "localhost"


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One of them. The gate decides about it as about any other: token, subscription, scopes, limits."""

    gate: GateClient
    listed: ListedTool
    token: str
    passed: Mapping[str, str]

    async def result(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """What came of it, in MCP's words; a refusal is a result that a model can read."""
        offer = self.listed.offer
        try:
            made = request_of(self.listed.tool, arguments)
            headers = {"accept": "application/json, */*;q=0.5", **made.headers, **self.passed}
            headers["authorization"] = f"Bearer {self.token}"
            target = offer.base_path + made.target
            request = GateRequest(made.method, offer.host or _ANY_HOST, target, headers, made.body)
            async with asyncio.timeout(_SECONDS):
                reply = await self.gate.call(request)
        except PassgateError as error:
            return failure(error.message)
        except ValueError:
            return failure("The arguments hold what no request may.")
        except TimeoutError:
            return failure(f"The service gave no answer within {_SECONDS:.0f} seconds.")
        if self.listed.tool.server_name is not None and reply.status == HTTPStatus.OK:
            return result_of_server(reply.body)
        return result_of(reply.status, reply.content_type, reply.body, reply.retry_after)
