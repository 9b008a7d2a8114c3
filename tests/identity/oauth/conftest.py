"""A person who is signed in."""

import pytest

from oauth_clients import sign_in_person
from passgate.identity.models import BrowserSession
from passgate.storage.work import Storage


@pytest.fixture
def session(storage: Storage) -> BrowserSession:
    """The browser session of a person."""
    with storage.writing() as work:
        return sign_in_person(work)
