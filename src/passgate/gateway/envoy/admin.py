"""Envoy's admin interface, over its Unix socket."""

import asyncio
import http.client
import json
import re
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

from passgate.kernel.errors import UnavailableError
from passgate.kernel.unix_http import UnixConnection

_LONGEST_PATTERN = 20_000
"""Characters; Envoy takes a request's head of 60 KiB."""
_CALLS_UNDER_WAY = "http.public.downstream_rq_active"


class AdminError(UnavailableError):
    """Envoy's admin interface did not answer, or not as it should."""

    code = "envoy_admin"


class EnvoyAdmin:
    """Asks and commands one Envoy.

    Args:
        path: the admin socket.
        timeout_s: patience for one answer.
    """

    def __init__(self, path: Path, *, timeout_s: float = 2.0) -> None:
        self._path = path
        self._timeout_s = timeout_s

    async def ready(self) -> bool:
        """Whether Envoy is live: configured, listening, not draining. False as well where it does not answer."""
        try:
            status, _ = await self.call("GET", "/ready")
        except AdminError:
            return False
        return status == HTTPStatus.OK

    async def drain(self) -> None:
        """Stop taking new connections over the drain time; streams in flight go on."""
        await self._command("/drain_listeners?graceful")

    async def reopen_logs(self) -> None:
        """Open the access log by its name again, after it was renamed."""
        await self._command("/reopen_logs")

    async def calls_under_way(self) -> int:
        """How many calls of clients are being served."""
        return (await self.stats((_CALLS_UNDER_WAY,))).get(_CALLS_UNDER_WAY, 0)

    async def stats(self, wanted: Iterable[str]) -> dict[str, int]:
        """Counters and gauges by their full names; those that Envoy does not have are left out."""
        pattern = "|".join(f"^{name.replace('.', '[.]')}$" for name in wanted)
        status, body = await self.call("GET", f"/stats?format=json&filter={pattern}")
        try:
            listed = json.loads(body)["stats"]
            return {stat["name"]: int(stat["value"]) for stat in listed if "value" in stat}
        except (ValueError, KeyError, TypeError) as error:
            raise AdminError(f"Envoy's statistics are unreadable (status {status}).") from error

    async def clusters_with_addresses(self, asked: Iterable[str]) -> set[str]:
        """Those of the clusters, by their full names, of which Envoy knows an address to call."""
        wanted = set(asked)
        names = "|".join(f"^{quote(re.escape(name), safe='')}$" for name in sorted(wanted))
        pattern = f"?filter={names}" if len(names) < _LONGEST_PATTERN else ""
        _, body = await self.call("GET", f"/clusters{pattern}")
        return wanted & {line.split("::", 1)[0] for line in body.splitlines() if "::cx_active::" in line}

    async def call(self, method: str, path: str) -> tuple[int, str]:
        """One request; status and body.

        Raises:
            AdminError: no answer.
        """
        return await asyncio.to_thread(self._call, method, path)

    def _call(self, method: str, path: str) -> tuple[int, str]:
        connection = UnixConnection(self._path, self._timeout_s)
        try:
            connection.request(method, path)
            response = connection.getresponse()
            return response.status, response.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            raise AdminError(f"Envoy's admin interface does not answer at {self._path}: {error}") from error
        finally:
            connection.close()

    async def _command(self, path: str) -> None:
        status, body = await self.call("POST", path)
        if status != HTTPStatus.OK:
            raise AdminError(f"Envoy refused {path}: {status} {body.strip()}")
