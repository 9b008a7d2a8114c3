"""Why a node cannot take what it is given."""

from passgate.kernel.errors import PassgateError


class UnreadableSnapshotError(PassgateError):
    """A snapshot of another release of Passgate, whose shape this one does not know.

    Attributes:
        version: the snapshot's number.
    """

    code = "snapshot_unreadable"

    def __init__(self, version: int, reason: str) -> None:
        """Name the version, and what of it cannot be read."""
        super().__init__(f"Another release of Passgate made this snapshot, and this one cannot read it: {reason}.")
        self.version = version
