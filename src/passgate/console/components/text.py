"""Words on a page, in their HTML elements."""

from nicegui.element import Element


class Words(Element):
    """A piece of text in an element such as ``p`` or ``h2``."""

    def __init__(self, text: str, tag: str = "span", classes: str = "") -> None:
        super().__init__(tag)
        self._text = text
        if classes:
            self.classes(classes)

    def say(self, text: str) -> None:
        """Show another text."""
        self._text = text
        self.update()


def box(classes: str = "", tag: str = "div") -> Element:
    """A plain container."""
    made = Element(tag)
    return made.classes(classes) if classes else made


def muted(text: str) -> Words:
    """A quiet line."""
    return Words(text, "p", "pg-muted")
