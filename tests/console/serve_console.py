"""A control process of the tests: the console over a database, on a port of the loopback."""

import socket
import sys
from typing import Any

import uvicorn
from fastapi.responses import JSONResponse

from passgate.api.app import create_api
from passgate.api.edge import Edge
from passgate.console.app import mount_console
from passgate.console.edge import Console
from passgate.contracts.prompt import TRIAL_PATH
from passgate.identity.schemas import TokenIssuer
from passgate.kernel.clock import SystemClock
from passgate.kernel.ids import IdFactory
from passgate.kernel.sealing import Vault
from passgate.publishing.prompts.gate import LocalGate
from passgate.storage.engine import open_engine
from passgate.storage.work import Storage


def answer_trial(given: dict[str, Any]) -> JSONResponse:
    """A trial of a prompt, as the gate answers it."""
    schema = given["prompt"]["output_schema"]
    answer = {"text": "Fine"} if schema is None else {"sentiment": "positive", "confidence": 0.93}
    figures = {"model": given["prompt"]["models"][0]["name"], "attempts": "1", "cost": "0.000047"}
    figures |= {"tokens-in": "86", "tokens-out": "14"}
    return JSONResponse(answer, headers={f"x-passgate-{name}": figure for name, figure in figures.items()})


def main(database_url: str, master_key: str, descriptor: int) -> None:
    clock = SystemClock()
    storage = Storage(open_engine(database_url), clock, IdFactory(clock), Vault.of(bytes.fromhex(master_key)))
    listener = socket.socket(fileno=descriptor)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    issuer = TokenIssuer(issuer=url, audience="passgate")
    app = create_api(Edge(storage, issuer, url, secure_cookies=False))
    app.add_api_route(TRIAL_PATH, answer_trial, methods=["POST"])
    gate = LocalGate(port=listener.getsockname()[1])
    mount_console(app, Console(storage, issuer, url, gate=gate))
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
