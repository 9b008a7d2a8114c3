"""The steps to the first call are those that the reader may take."""

import pytest

from factories import make_actor, make_team
from passgate.console.pages.overview.progress import steps
from passgate.kernel.permissions import Role
from passgate.storage.work import Storage

_CALLING = ["Create an application and a token", "Make the first call"]


@pytest.mark.parametrize(
    ("role", "titles"),
    [
        (Role.OWNER, ["Add a provider", "Switch on a model", *_CALLING]),
        (Role.DEVELOPER, ["Find a service", *_CALLING]),
        (Role.VIEWER, []),
    ],
)
def test_each_role_gets_its_own_steps(storage: Storage, role: Role, titles: list[str]) -> None:
    with storage.writing() as work:
        actor = make_actor(work, role, make_team(work))
    with storage.reading() as work:
        assert [step.title for step in steps(actor, work)] == titles
