"""What is read aloud of an element."""

from typing import TypeVar

from nicegui.element import Element

_Element = TypeVar("_Element", bound=Element)


def called(label: str, element: _Element) -> _Element:
    """The element, with its label. People name things as they like, so a label never goes into a text of props.

    There a quotation mark would end it, and what follows would be the element's own HTML, or a handler.
    """
    element.props["aria-label"] = label
    return element
