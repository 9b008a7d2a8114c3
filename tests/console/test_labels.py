"""What people call things is read aloud, and never becomes a part of the page."""

from collections.abc import Callable, Iterator

import pytest
from nicegui import Client, ui
from nicegui.element import Element
from nicegui.page import page

from passgate.console.components.button import icon_button
from passgate.console.components.field import filter_field, search_field

HOSTILE = """Edit x" innerHTML="<img src=x onerror=alert(1)>" onclick="alert(2)" y='"""


@pytest.fixture
def shown() -> Iterator[Client]:
    with Client(page("")) as client:
        yield client
    client.delete()


@pytest.mark.usefixtures("shown")
@pytest.mark.parametrize(
    "made",
    [lambda label: icon_button("edit", label), search_field, lambda label: filter_field(label, {})],
    ids=["icon button", "search", "filter"],
)
def test_a_label_stays_a_label(made: Callable[[str], Element]) -> None:
    element = made(HOSTILE)
    assert element.props["aria-label"] == HOSTILE
    assert not {"innerHTML", "onclick", "y"} & set(element.props)
    assert isinstance(ui.context.client, Client)
