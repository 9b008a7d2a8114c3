"""What vendors answer to a request that counts a prompt's tokens: an object of which one member is the number."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from passgate.inference.exchange.failure import VendorFailure
from passgate.inference.exchange.ports import Findings, VendorGarbageError


@dataclass(frozen=True, slots=True)
class CountAnswer:
    """A vendor's answer.

    Attributes:
        member: holds the number.
        failure: reads the vendor's error out of its body; None where the body is no error.
    """

    member: str
    failure: Callable[[object], VendorFailure | None]

    def read(self, document: dict[str, Any]) -> int:
        """Read the number.

        Raises:
            VendorGarbageError: there is none.
        """
        count = document.get(self.member)
        if not isinstance(count, int):
            raise VendorGarbageError("no count")
        return count

    def inspect(self, document: dict[str, Any]) -> Findings:
        """Tell an answer from an error; counting uses nothing.

        Raises:
            VendorGarbageError: it is neither.
        """
        if self.member in document:
            return Findings()
        failure = self.failure(document)
        if failure is None:
            raise VendorGarbageError("no count")
        return Findings(failure=failure)
