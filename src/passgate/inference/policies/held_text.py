"""Text that comes in pieces, and is given on as soon as nothing to be masked can still be growing in it."""

import re

from passgate.inference.policies.masker import Masker

MOST_HELD = 16_384
"""Characters; a longer run without a break is searched as it is and given on."""
_GROWING = re.compile(r"(?:(?<!\S)[\d()+./-]+[ ]?)*\S*\Z")
"""The last word, and before it words that may be the beginning of a card's or telephone's number."""
_LONGEST_NUMBER = 64
_KEY_BEGINS = "-----BEGIN "
_KEY_ENDS = "-----END "


class HeldText:
    """One run of text in a stream."""

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._window = max((finder.window for finder in masker.finders), default=0)
        self._held = ""

    def push(self, piece: str) -> str:
        """Take a piece; what can be given on, masked.

        Raises:
            ContentBlockedError: a rule that blocks has found something.
        """
        self._held += piece
        return self._release(len(self._held) if len(self._held) > MOST_HELD else self._safe())

    def flush(self) -> str:
        """All that is held, masked.

        Raises:
            ContentBlockedError: a rule that blocks has found something.
        """
        return self._release(len(self._held))

    def _release(self, cut: int) -> str:
        ready, self._held = self._held[:cut], self._held[cut:]
        return self._masker.text(ready) if ready else ""

    def _safe(self) -> int:
        """Where to cut so that no match, complete or still growing, has one part on either side."""
        held = self._held
        cut = self._last_word()
        begins = held.rfind(_KEY_BEGINS)
        if begins >= 0 and _KEY_ENDS not in held[begins:]:
            cut = min(cut, begins)
        if self._window:
            cut = min(cut, max(0, len(held) - self._window))
            cut = self._before_matches(cut)
        return cut

    def _last_word(self) -> int:
        held = self._held
        word = max(held.rfind(space) for space in " \n\t\r") + 1
        numbers = _GROWING.search(held, max(0, word - _LONGEST_NUMBER))
        return min(word, numbers.start()) if numbers is not None else word

    def _before_matches(self, cut: int) -> int:
        moved = True
        while moved and cut:
            moved = False
            for finder in self._masker.finders:
                for match in finder.expression.finditer(self._held):
                    if match.start() < cut < match.end():
                        cut, moved = match.start(), True
        return cut
