"""Why a snapshot cannot be compiled."""

from passgate.kernel.errors import PassgateError


class UncompilableError(PassgateError):
    """A snapshot that would open a hole or that Envoy could not hold; ``field`` names the part at fault."""

    code = "snapshot_uncompilable"
