import pytest


@pytest.fixture(autouse=True)
def teams() -> None:
    """None here: nothing in this folder needs a database."""
