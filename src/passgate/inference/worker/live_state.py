"""What a worker knows now, kept up with two files that the node's agent replaces."""

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from passgate.contracts.inference_config import InferenceConfig
from passgate.contracts.revocation_list import DenyIndex, RevocationList, TokenFacts
from passgate.contracts.trusted_issuer import TrustedIssuer
from passgate.inference.compiled_config import compile_config
from passgate.inference.routing_table import RoutingTable, ServingApplication
from passgate.inference.worker.call_guard import CallGuard
from passgate.inference.worker.refusals import ApplicationUnknownError, NotReadyError, TokenRevokedError
from passgate.inference.worker.watched_file import WatchedFile
from passgate.kernel.sealing import Vault

_log = logging.getLogger("passgate.inference")

_POLL_SECONDS = 0.05


class LiveState:
    """Configuration and deny list in force, and the calls that run under them.

    A file that cannot be read changes nothing: the last good one stays in force, and the log says why.
    """

    def __init__(self, config_file: Path, revocations_file: Path, vault: Vault) -> None:
        self.deny = DenyIndex(())
        self.calls: set[CallGuard] = set()
        self.issuers: Mapping[str, TrustedIssuer] = {}
        """The trusted issuers, by what ``iss`` of their tokens is."""
        self._table: RoutingTable | None = None
        self._config = WatchedFile(config_file)
        self._revocations = WatchedFile(revocations_file)
        self._vault = vault

    @property
    def ready(self) -> bool:
        """Whether there is a configuration to work by."""
        return self._table is not None

    @property
    def table(self) -> RoutingTable:
        """The configuration in force.

        Raises:
            NotReadyError: there is none yet.
        """
        if self._table is None:
            raise NotReadyError("The worker has no configuration yet.")
        return self._table

    def refuse_revoked(self, token: TokenFacts) -> None:
        """Refuse a token that is on the deny list.

        Raises:
            TokenRevokedError: it is.
        """
        if self.deny.refusal(token) is not None:
            raise TokenRevokedError("The token has been revoked.")

    def admitted(self, token: TokenFacts) -> tuple[RoutingTable, ServingApplication]:
        """The configuration in force, and the application that calls by it.

        Raises:
            TokenRevokedError: the token is on the deny list.
            ApplicationUnknownError: there is no such application.
        """
        self.refuse_revoked(token)
        table = self.table
        application = table.application(token.application)
        if application is None:
            raise ApplicationUnknownError("The token's application is not known to this gate.")
        return table, application

    def load(self) -> None:
        """Take over what changed; the deny list first, so that no new configuration serves a revoked token."""
        self._take_revocations(self._revocations.read_if_changed())
        self._take_config(self._config.read_if_changed())

    async def follow(self) -> None:
        """Take over changes as they come; large files are read beside the loop, so that calls go on."""
        while True:
            await asyncio.sleep(_POLL_SECONDS)
            try:
                await self._take_changes()
            except Exception:  # noqa: BLE001 - who no longer followed would go on to serve what is revoked later
                _log.exception("a change was not taken over, in a way that nobody foresaw")

    async def _take_changes(self) -> None:
        revocations = self._revocations.read_if_changed()
        if revocations is not None:
            deny = await asyncio.to_thread(self._read_revocations, revocations)
            self._enforce(deny)
        config = self._config.read_if_changed()
        if config is not None:
            self._apply(await asyncio.to_thread(self._read_config, config))

    def _take_revocations(self, content: bytes | None) -> None:
        if content is not None:
            self._enforce(self._read_revocations(content))

    def _take_config(self, content: bytes | None) -> None:
        if content is not None:
            self._apply(self._read_config(content))

    def _read_revocations(self, content: bytes) -> DenyIndex | None:
        try:
            revocations = RevocationList.model_validate_json(content)
        except ValidationError as error:
            _log.error("the revocation list %s is not valid: %s", self._revocations.path, _first(error))
            return None
        return DenyIndex(revocations.entries, seq=revocations.seq)

    def _read_config(self, content: bytes) -> RoutingTable | None:
        try:
            config = InferenceConfig.model_validate_json(content)
        except ValidationError as error:
            _log.error("the configuration %s is not valid: %s", self._config.path, _first(error))
            return None
        return compile_config(config, self._vault, self._table.health if self._table is not None else None)

    def _enforce(self, deny: DenyIndex | None) -> None:
        if deny is None:
            return
        self.deny = deny
        for call in tuple(self.calls):
            if deny.refusal(call.caller.token) is not None:
                call.cut("revoked")

    def _apply(self, table: RoutingTable | None) -> None:
        if table is not None:
            self._table = table
            self._follow_issuers(table.issuers)
            _log.info("configuration %d in force", table.version)

    def _follow_issuers(self, issuers: Mapping[str, TrustedIssuer]) -> None:
        """End the calls of those who are not trusted so any more."""
        if issuers != self.issuers:
            self.issuers = issuers
            for call in tuple(self.calls):
                if not call.caller.is_trusted_by(issuers):
                    call.cut("revoked")


def _first(error: ValidationError) -> str:
    """The first fault, without the value, which may be a secret."""
    fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
    return f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
