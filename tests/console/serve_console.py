"""A control process of the tests: the console over a database, on a port of the loopback."""

import socket
import sys

import uvicorn
from fastapi import FastAPI

from passgate.console.app import mount_console
from passgate.console.edge import Console
from passgate.identity.schemas import TokenIssuer
from passgate.kernel.clock import SystemClock
from passgate.kernel.ids import IdFactory
from passgate.kernel.sealing import Vault
from passgate.storage.engine import open_engine
from passgate.storage.work import Storage


def main(database_url: str, master_key: str, descriptor: int) -> None:
    clock = SystemClock()
    storage = Storage(open_engine(database_url), clock, IdFactory(clock), Vault.of(bytes.fromhex(master_key)))
    listener = socket.socket(fileno=descriptor)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    app = FastAPI()
    mount_console(app, Console(storage, TokenIssuer(issuer=url, audience="passgate"), url))
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
