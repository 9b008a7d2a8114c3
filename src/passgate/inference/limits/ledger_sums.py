"""What the ledger says was spent, so that a counter that begins anew does not begin at nothing."""

import logging
from pathlib import Path

from pydantic import ValidationError

from passgate.contracts.limits import SpentSums
from passgate.inference.limits.limit import Limit

_log = logging.getLogger("passgate.inference")


class LedgerSums:
    """The newest sums that the node's agent has read."""

    def __init__(self) -> None:
        self._sums: SpentSums | None = None

    @property
    def nodes(self) -> int:
        """Nodes that serve."""
        return max(1, self._sums.nodes) if self._sums is not None else 1

    def take(self, sums: SpentSums) -> None:
        """Take over newer sums."""
        self._sums = sums

    def read(self, content: bytes, path: Path) -> None:
        """Take over a file's content; one that cannot be read changes nothing."""
        try:
            self.take(SpentSums.model_validate_json(content))
        except ValidationError as error:
            _log.error("the sums %s are not valid: %d faults", path, error.error_count())

    def of(self, limit: Limit) -> int | None:
        """Micro-dollars spent in the limit's window; None where nobody has looked yet."""
        sums = self._sums
        if sums is None:
            return None
        if limit.from_token:
            return sums.tokens.get(limit.name, 0)
        told = sums.limits.get(limit.key)
        if told is None:
            return None
        return told.micro_dollars if told.start == limit.start else 0
