"""A real worker where the rig has an echo."""

import asyncio
import socket
from pathlib import Path

from passgate.inference.worker.app import build_app
from passgate.inference.worker.options import WorkerOptions
from passgate.inference.worker.server import WorkerServer, listen
from wire.echo_upstream import EchoUpstream
from wire.rig import VAULT


class RealWorker(EchoUpstream):
    """Answers as the product's worker does."""

    server: WorkerServer | None = None
    serving: asyncio.Task[None] | None = None
    listener: socket.socket

    async def start(self, path: Path | None = None) -> None:
        assert path is not None
        folder = path.parent
        (folder / "spool").mkdir(exist_ok=True)
        options = WorkerOptions(
            name=self.name,
            config_file=folder / "inference.json",
            revocations_file=folder / "revocations.json",
            spool_dir=folder / "spool",
            vault=VAULT,
            cached_socket=folder / "cached.sock",
            changes_file=folder / "changes",
        )
        self.server = WorkerServer(build_app(options), 1.0)
        self.listener = listen(path)
        self.serving = asyncio.create_task(self.server.serve(self.listener))

    async def stop(self) -> None:
        assert self.server is not None
        assert self.serving is not None
        self.server.stop()
        await self.serving
        self.listener.close()
