"""Metering's errors."""

from passgate.kernel.errors import ConflictError


class OffsetMovedError(ConflictError):
    """Someone else has read on in a spool file of this node; nothing was written."""

    code = "spool_offset_moved"
