"""A management API for every test of it."""

from collections.abc import Iterator

import pytest

from api.house import House, open_house
from passgate.storage.work import Storage


@pytest.fixture
def house(storage: Storage) -> Iterator[House]:
    """People of two teams at the door of a fresh API, on both databases."""
    with open_house(storage) as house:
        yield house
