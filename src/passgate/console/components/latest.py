"""Questions that overtake each other: only the last one's answer is shown."""

from collections.abc import Awaitable
from typing import TypeVar

Answer = TypeVar("Answer")


class Latest:
    """Tells the answer to the last question from those that are out of date, as of a search that is still typed."""

    def __init__(self) -> None:
        self._asked = 0

    async def answer(self, question: Awaitable[Answer]) -> Answer | None:
        """The answer; none where another question was asked meanwhile."""
        self._asked += 1
        mine = self._asked
        found = await question
        return found if mine == self._asked else None
