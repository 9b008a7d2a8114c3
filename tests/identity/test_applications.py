"""Applications."""

import pytest

from factories import ISSUER, make_actor, make_application, make_team, make_token
from moving_clock import MovingClock
from passgate.identity.published_state import inference_applications
from passgate.identity.schemas import ApplicationChange, ApplicationIn, TokenIn
from passgate.identity.service.applications import (
    create_application,
    delete_application,
    get_application,
    list_applications,
    update_application,
)
from passgate.identity.service.tokens import get_token, issue_token
from passgate.kernel.actor import Actor
from passgate.kernel.errors import ConflictError, ForbiddenError, NotFoundError
from passgate.kernel.pagination import PageRequest
from passgate.kernel.permissions import Role
from passgate.storage.work import Storage, Work


def names(actor: Actor, work: Work, **wanted: str) -> list[str]:
    return [row.name for row in list_applications(actor, work, PageRequest(), **wanted).items]


def test_a_developer_makes_applications_in_the_own_team(storage: Storage) -> None:
    with storage.writing() as work:
        ours, theirs = make_team(work, "Ours"), make_team(work, "Theirs")
        developer = make_actor(work, Role.DEVELOPER, ours)
        made = create_application(developer, work, ApplicationIn(team_id=ours.id, name="Shop", models=["gpt-5"]))
        assert (made.created_by, made.is_active, made.models) == (developer.id, True, ["gpt-5"])
        with pytest.raises(NotFoundError):
            create_application(developer, work, ApplicationIn(team_id=theirs.id, name="Shop"))
        with pytest.raises(ForbiddenError):
            create_application(make_actor(work, Role.VIEWER, ours), work, ApplicationIn(team_id=ours.id, name="X"))


def test_an_application_needs_a_team_that_there_is(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work, pytest.raises(NotFoundError) as refused:
        create_application(admin, work, ApplicationIn(team_id="team_none", name="Shop"))
    assert refused.value.field == "team_id"


def test_a_name_is_taken_once_in_a_team(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        team = make_team(work)
        make_application(work, team, "Shop")
        other = make_application(work, team, "Web")
        with pytest.raises(ConflictError):
            create_application(admin, work, ApplicationIn(team_id=team.id, name="Shop"))
        with pytest.raises(ConflictError):
            update_application(admin, work, other.id, ApplicationChange(name="Shop"))
        create_application(admin, work, ApplicationIn(team_id=make_team(work, "Other").id, name="Shop"))


def test_lists_show_the_own_teams_filtered(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        ours, theirs = make_team(work, "Ours"), make_team(work, "Theirs")
        make_application(work, ours, "Shop")
        make_application(work, ours, "Web shop")
        make_application(work, theirs, "Secret")
        viewer = make_actor(work, Role.VIEWER, ours)
        assert names(viewer, work) == ["Web shop", "Shop"]
        assert names(viewer, work, search="WEB") == ["Web shop"]
        assert names(viewer, work, team_id=theirs.id) == []
        assert names(admin, work, team_id=theirs.id) == ["Secret"]


def test_another_teams_application_is_not_found(storage: Storage) -> None:
    with storage.writing() as work:
        theirs = make_application(work, make_team(work, "Theirs"))
        owner = make_actor(work, Role.OWNER, make_team(work, "Ours"))
        for attempt in (
            lambda: get_application(owner, work, theirs.id),
            lambda: update_application(owner, work, theirs.id, ApplicationChange(name="X")),
            lambda: delete_application(owner, work, theirs.id),
        ):
            with pytest.raises(NotFoundError):
                attempt()


def test_what_is_left_out_of_a_change_stays(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        application = make_application(work, models=["gpt-5"])
        update_application(admin, work, application.id, ApplicationChange(description="new"))
        assert (application.name, application.description, application.models) == ("Checkout", "new", ["gpt-5"])
        update_application(admin, work, application.id, ApplicationChange(models=None))
        assert application.models is None


def test_deactivation_revokes_and_new_tokens_hold_again_after_activation(
    storage: Storage, admin: Actor, clock: MovingClock
) -> None:
    with storage.writing() as work:
        application = make_application(work)
        token = make_token(work, application)
        update_application(admin, work, application.id, ApplicationChange(is_active=False))
        assert get_token(admin, work, token.row.jti).revoked_at == clock.now()
        assert inference_applications(work) == ()
        with pytest.raises(ConflictError) as refused:
            issue_token(admin, work, ISSUER, TokenIn(name="n", application_id=application.id))
        assert refused.value.code == "application_inactive"
        update_application(admin, work, application.id, ApplicationChange(is_active=True))
        assert make_token(work, application).row.revoked_at is None
        assert [row.id for row in inference_applications(work)] == [application.id]


def test_deletion_revokes_and_the_registry_remembers(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        application = make_application(work)
        token = make_token(work, application)
        assert delete_application(admin, work, application.id).count == 1
        with pytest.raises(NotFoundError):
            get_application(admin, work, application.id)
        row = get_token(admin, work, token.row.jti)
        assert (row.application_id, row.revoked_reason) == (application.id, "application deleted")


def test_a_change_of_an_application_is_published(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        application = make_application(work)
    with storage.writing() as work:
        update_application(admin, work, application.id, ApplicationChange(models=["a", "b"]))
        assert work.snapshot_changed
        (published,) = inference_applications(work)
        assert (published.id, published.models) == (application.id, ("a", "b"))
