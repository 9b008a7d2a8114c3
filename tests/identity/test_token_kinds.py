"""Kinds of tokens: whom each is for, what it may hold, how long it lives."""

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from pydantic import ValidationError

from factories import ISSUER, make_actor, make_application, make_team, make_user
from identity.presenting import actor_of_token
from passgate.identity.models import Application
from passgate.identity.published_state import has_own_rates, inference_applications
from passgate.identity.schemas import TokenIn
from passgate.identity.service.actors import actor_of_user
from passgate.identity.service.keys import public_jwks
from passgate.identity.service.token_lifetimes import remove_lifetime, set_lifetime
from passgate.identity.service.token_templates import create_template, delete_template, get_template, list_templates
from passgate.identity.service.tokens import issue_token
from passgate.identity.token_limits import TokenLimits
from passgate.identity.token_schemas import LifetimeIn, TemplateIn
from passgate.kernel.actor import SYSTEM, Actor
from passgate.kernel.clock import epoch_seconds
from passgate.kernel.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError, UnauthenticatedError
from passgate.kernel.pagination import PageRequest
from passgate.kernel.permissions import Permission, Role
from passgate.sdk.rules import Rules
from passgate.sdk.verification_key import keys_of_jwks
from passgate.sdk.verifier import verified
from passgate.storage.work import Storage, Work

SECRET = "a secret of thirty-two characters"


def claims_of(token: str) -> dict[str, Any]:
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))


def header_of(token: str) -> dict[str, Any]:
    return json.loads(base64.urlsafe_b64decode(token.split(".", maxsplit=1)[0] + "=="))


def test_a_personal_token_for_the_gate_counts_for_an_application_of_the_users_own(storage: Storage) -> None:
    with storage.writing() as work:
        team = make_team(work)
        actor = make_actor(work, Role.DEVELOPER, team, "dana@example.com")
        limits = {"models": ["gpt", "claude"], "budget": 20_000_000, "rpm": 60}
        given = TokenIn(kind="personal", name="laptop", audiences=["passgate"], team_id=team.id, limits=limits)
        first = issue_token(actor, work, ISSUER, given)
        second = issue_token(actor, work, ISSUER, given)
        application = work.session.get(Application, first.row.application_id)
        assert (application.name, application.team_id, application.user_id) == ("dana@example.com", team.id, actor.id)
        assert second.row.application_id == application.id
        assert application.id in {one.id for one in inference_applications(work)}
        with pytest.raises(UnauthenticatedError) as refused:
            actor_of_token(work, first.token, ISSUER)
    claims = claims_of(first.token)
    assert (claims["sub"], claims["client_id"], claims["aud"]) == (actor.id, application.id, "passgate")
    assert {name: claims[name] for name in limits} == limits
    assert refused.value.code == "token_audience_wrong"


def test_the_gate_asks_for_own_rates_from_the_first_token_on_that_has_one(storage: Storage) -> None:
    with storage.writing() as work:
        application = make_application(work, make_team(work)).id

    def issue(work: Work, **limits: int) -> None:
        issue_token(SYSTEM, work, ISSUER, TokenIn(name="t", application_id=application, limits=TokenLimits(**limits)))

    with storage.writing() as work:
        issue(work, budget=1)
        assert not has_own_rates(work)
    with storage.writing() as work:
        issue(work, rpm=60)
        assert has_own_rates(work)
        assert work.snapshot_changed
    with storage.writing() as work:
        issue(work, rpm=60)
        assert not work.snapshot_changed


def test_one_personal_token_may_serve_the_gate_and_the_management_api(storage: Storage) -> None:
    with storage.writing() as work:
        team = make_team(work)
        actor = make_actor(work, Role.DEVELOPER, team)
        given = TokenIn(
            kind="personal", name="both", audiences=["passgate", "passgate-api"], team_id=team.id, scopes=["team:read"]
        )
        issued = issue_token(actor, work, ISSUER, given)
        assert claims_of(issued.token)["aud"] == ["passgate", "passgate-api"]
        assert actor_of_token(work, issued.token, ISSUER).by_team == {team.id: frozenset({"team:read"})}


def test_a_name_that_is_taken_does_not_keep_anyone_from_the_gate(storage: Storage) -> None:
    with storage.writing() as work:
        team = make_team(work)
        make_application(work, team, "dana@example.com")
        actor = make_actor(work, Role.DEVELOPER, team, "dana@example.com")
        given = TokenIn(kind="personal", name="n", audiences=["passgate"], team_id=team.id)
        issued = issue_token(actor, work, ISSUER, given)
        assert work.session.get(Application, issued.row.application_id).name == "dana@example.com 2"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"audiences": ["orders"]}, "audience_not_allowed"),
        ({"limits": {"rpm": 1}}, "audience_missing"),
        ({"audiences": ["passgate-api"], "team_id": "team_x"}, "audience_missing"),
    ],
)
def test_a_personal_token_is_for_passgate_alone(storage: Storage, given: dict[str, Any], code: str) -> None:
    with storage.writing() as work:
        actor = make_actor(work, Role.DEVELOPER, make_team(work))
        with pytest.raises(InvalidInputError) as refused:
            issue_token(actor, work, ISSUER, TokenIn(kind="personal", name="n", **given))
    assert refused.value.code == code


def test_a_personal_token_needs_a_team_where_one_may_issue(storage: Storage) -> None:
    with storage.writing() as work:
        ours, theirs = make_team(work, "Ours"), make_team(work, "Theirs")
        actor = make_actor(work, Role.DEVELOPER, ours)
        for team_id in (theirs.id, "team_none", ""):
            given = TokenIn(kind="personal", name="n", audiences=["passgate"], team_id=team_id)
            with pytest.raises(NotFoundError):
                issue_token(actor, work, ISSUER, given)


def test_the_team_of_a_personal_token_is_the_only_one_where_none_is_named(storage: Storage) -> None:
    given = TokenIn(kind="personal", name="n", audiences=["passgate"])
    with storage.writing() as work:
        admin = actor_of_user(work, make_user(work, "ada@example.com", is_admin=True))
        with pytest.raises(InvalidInputError, match="there is none"):
            issue_token(admin, work, ISSUER, given)
        ours = make_team(work, "Ours")
        assert issue_token(admin, work, ISSUER, given).row.team_id == ours.id  # in no team, and there is one
        second = make_team(work, "Second")
        dana = make_actor(work, Role.DEVELOPER, ours, "dana@example.com")
        viewer = make_actor(work, Role.VIEWER, ours, "vera@example.com")
        assert issue_token(dana, work, ISSUER, given).row.team_id == ours.id
        rights = viewer.by_team[ours.id]
        in_two = replace(dana, by_team={**dana.by_team, second.id: rights})  # may only look there
        assert issue_token(in_two, work, ISSUER, given).row.team_id == ours.id
        in_two = replace(dana, by_team={team.id: dana.by_team[ours.id] for team in (ours, second)})
        for actor, word in ((in_two, "you are in several"), (admin, "you are in none")):
            with pytest.raises(InvalidInputError, match=word) as refused:
                issue_token(actor, work, ISSUER, given)
            assert (refused.value.code, refused.value.field) == ("team_needed", "team_id")
        nowhere = replace(dana, everywhere=frozenset({Permission.TEAM_READ}), by_team={})
        with pytest.raises(ForbiddenError):
            issue_token(nowhere, work, ISSUER, given)


def test_nobody_takes_a_token_of_somebody_elses_own_application(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        team = make_team(work)
        actor = make_actor(work, Role.DEVELOPER, team)
        given = TokenIn(kind="personal", name="n", audiences=["passgate"], team_id=team.id)
        mine = issue_token(actor, work, ISSUER, given).row.application_id
        with pytest.raises(ForbiddenError):
            issue_token(admin, work, ISSUER, TokenIn(name="n", application_id=mine))


@pytest.mark.parametrize("algorithm", ["ES256", "ES384", "RS256", "PS256", "EdDSA"])
def test_a_service_token_is_an_access_token_for_another_audience(storage: Storage, algorithm: str) -> None:
    with storage.writing() as work:
        application = make_application(work)
        given = TokenIn(
            kind="service",
            name="orders",
            application_id=application.id,
            audiences=["https://orders.example"],
            scopes=["orders.read"],
            algorithm=algorithm,
        )
        issued = issue_token(SYSTEM, work, ISSUER, given)
        keys = keys_of_jwks(public_jwks(work))
        rules = Rules(ISSUER.issuer, ("https://orders.example",))
        claims = verified(issued.token, keys, rules, now=epoch_seconds(work.clock.now())).claims
    header = header_of(issued.token)
    assert (header["typ"], header["alg"]) == ("at+jwt", algorithm)
    assert (claims["aud"], claims["client_id"], claims["scope"]) == (
        "https://orders.example",
        application.id,
        "orders.read",
    )


@pytest.mark.parametrize("audience", ["passgate", "passgate-api", "http://passgate", "https://passgate/", "passgate/"])
@pytest.mark.parametrize("kind", ["service", "custom"])
def test_neither_service_nor_custom_tokens_are_for_passgate(storage: Storage, kind: str, audience: str) -> None:
    with storage.writing() as work:
        application = make_application(work)
        given = TokenIn(kind=kind, name="n", application_id=application.id, audiences=["x", audience])
        with pytest.raises(InvalidInputError) as refused:
            issue_token(SYSTEM, work, ISSUER, given)
    assert refused.value.code == "audience_not_allowed"


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "service"},
        {"kind": "service", "application_id": None, "audiences": ["x"]},
        {"kind": "service", "audiences": ["two words"]},
        {"kind": "service", "audiences": ["x"], "algorithm": "HS256"},
        {"kind": "service", "audiences": ["x"], "limits": {"rpm": 1}},
        {"audiences": ["x"]},
        {"claims": {"a": 1}},
        {"template_id": "tpl_1"},
        {"secret": SECRET},
        {"algorithm": "none"},
        {"limits": {"models": ["a", "a"]}},
        {"limits": {"budget": -1}},
        {"limits": {"rpm": 0}},
        {"limits": {"services": ["a b"]}},
        {"kind": "custom", "claims": {"a": 1}},
        {"kind": "custom", "audiences": ["x"], "scopes": ["a"]},
        {"kind": "custom", "audiences": ["x"], "secret": SECRET},
        {"kind": "custom", "audiences": ["x"], "algorithm": "HS256", "secret": "short"},
        {"kind": "custom", "template_id": "tpl_1", "claims": {"a": 1}},
        *({"kind": "custom", "audiences": ["x"], "claims": {name: 1}} for name in ("sub", "exp", "nonce", "models")),
    ],
)
def test_fields_that_do_not_fit_the_kind_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TokenIn.model_validate({"name": "n", "application_id": "app_1"} | given)


def custom(work: Work, **given: Any) -> TokenIn:
    application = make_application(work)
    return TokenIn(kind="custom", name="n", application_id=application.id, audiences=["partner"], **given)


def test_a_custom_token_has_any_claims_and_passes_for_no_access_token(storage: Storage) -> None:
    with storage.writing() as work:
        issued = issue_token(SYSTEM, work, ISSUER, custom(work, claims={"data": {"a": [1, None]}, "role": "admin"}))
        with pytest.raises(UnauthenticatedError) as refused:
            actor_of_token(work, issued.token, ISSUER)
    claims = claims_of(issued.token)
    assert (claims["data"], claims["role"], claims["aud"]) == ({"a": [1, None]}, "admin", "partner")
    assert (header_of(issued.token)["typ"], "client_id" in claims) == ("JWT", False)
    assert refused.value.code == "token_type_wrong"


def test_a_custom_token_is_never_for_an_application_as_an_id_token_is(storage: Storage) -> None:
    with storage.writing() as work:
        application = make_application(work)
        given = TokenIn(kind="custom", name="n", application_id=application.id, audiences=[application.id])
        with pytest.raises(InvalidInputError) as refused:
            issue_token(SYSTEM, work, ISSUER, given)
    assert refused.value.code == "audience_not_allowed"


def test_a_custom_token_by_its_own_secret(storage: Storage) -> None:
    with storage.writing() as work:
        issued = issue_token(SYSTEM, work, ISSUER, custom(work, algorithm="HS256", secret=SECRET))
        with pytest.raises(InvalidInputError):
            issue_token(
                SYSTEM,
                work,
                ISSUER,
                TokenIn(
                    kind="custom",
                    name="n",
                    application_id=issued.row.application_id,
                    audiences=["x"],
                    algorithm="HS256",
                ),
            )
    assert jwt.decode(issued.token, OctKey.import_key(SECRET), algorithms=["HS256"]).claims["jti"] == issued.row.jti
    assert (header_of(issued.token), issued.row.kid) == ({"alg": "HS256", "typ": "JWT"}, "")


def test_free_claims_are_for_those_who_may_write_templates(storage: Storage) -> None:
    with storage.writing() as work:
        team = make_team(work)
        application = make_application(work, team)
        given = TokenIn(kind="custom", name="n", application_id=application.id, audiences=["x"], claims={"a": 1})
        assert issue_token(make_actor(work, Role.OWNER, team), work, ISSUER, given).token
        with pytest.raises(ForbiddenError):
            issue_token(make_actor(work, Role.DEVELOPER, team), work, ISSUER, given)


def template_in(team_id: str, **given: Any) -> TemplateIn:
    claims = {"tier": {"value": "gold"}, "mail": {"from": "subject.email"}, "app": {"from": "application.name"}}
    return TemplateIn(team_id=team_id, name="Partner", audiences=["partner"], claims=claims, **given)


def test_a_template_fills_its_claims_from_the_subject(storage: Storage) -> None:
    with storage.writing() as work:
        team = make_team(work)
        owner, developer = make_actor(work, Role.OWNER, team), make_actor(work, Role.DEVELOPER, team, "d@example.com")
        template = create_template(owner, work, ISSUER, template_in(team.id, lifetime_seconds=600)).row
        application = make_application(work, team)
        of_user = issue_token(developer, work, ISSUER, TokenIn(kind="custom", name="n", template_id=template.id))
        given = TokenIn(kind="custom", name="n", template_id=template.id, application_id=application.id)
        of_application = issue_token(developer, work, ISSUER, given)
        elsewhere = make_application(work, make_team(work, "Other"))
        with pytest.raises(InvalidInputError):
            issue_token(SYSTEM, work, ISSUER, given.model_copy(update={"application_id": elsewhere.id}))
    by_user, by_application = claims_of(of_user.token), claims_of(of_application.token)
    assert (by_user["sub"], by_user["tier"], by_user["mail"]) == (developer.id, "gold", "d@example.com")
    assert "app" not in by_user
    assert (by_application["sub"], by_application["app"], "mail" in by_application) == (
        application.id,
        "Checkout",
        False,
    )
    assert by_user["exp"] - by_user["iat"] == 600


def test_a_template_keeps_its_secret_sealed_and_shows_a_made_one_once(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        team = make_team(work)
        made = create_template(admin, work, ISSUER, template_in(team.id, algorithm="HS256"))
        issued = issue_token(admin, work, ISSUER, custom_of(work, team.id, made.row.id))
        assert SECRET not in str(made.row.__dict__)
        assert made.secret is not None
        assert made.secret not in str(made.row.sealed_secret)
        own = create_template(
            admin, work, ISSUER, template_in(team.id, algorithm="HS256", secret=SECRET).model_copy(update={"name": "B"})
        )
    assert jwt.decode(issued.token, OctKey.import_key(made.secret), algorithms=["HS256"]).claims["tier"] == "gold"
    assert own.secret is None


def custom_of(work: Work, team_id: str, template_id: str) -> TokenIn:
    application = Application(
        id=work.ids.new("app"),
        team_id=team_id,
        name="Partner app",
        description="",
        is_active=True,
        created_at=work.clock.now(),
        created_by="user_admin",
    )
    work.session.add(application)
    work.session.flush()
    return TokenIn(kind="custom", name="n", application_id=application.id, template_id=template_id)


def test_templates_belong_to_teams(storage: Storage) -> None:
    with storage.writing() as work:
        ours, theirs = make_team(work, "Ours"), make_team(work, "Theirs")
        owner, stranger = make_actor(work, Role.OWNER, ours), make_actor(work, Role.OWNER, theirs)
        made = create_template(owner, work, ISSUER, template_in(ours.id)).row
        with pytest.raises(ForbiddenError):
            create_template(make_actor(work, Role.DEVELOPER, ours), work, ISSUER, template_in(ours.id))
        with pytest.raises(ConflictError):
            create_template(owner, work, ISSUER, template_in(ours.id))
        for act in (get_template, delete_template):
            with pytest.raises(NotFoundError):
                act(stranger, work, made.id)
        with pytest.raises(NotFoundError):
            issue_token(stranger, work, ISSUER, TokenIn(kind="custom", name="n", template_id=made.id))
        assert [row.id for row in list_templates(owner, work, PageRequest()).items] == [made.id]
        assert list_templates(stranger, work, PageRequest()).items == []
        delete_template(owner, work, made.id)
        assert list_templates(owner, work, PageRequest(), search="part").items == []


def test_lifetimes_by_kind_team_and_application(storage: Storage, admin: Actor) -> None:
    def seconds(work: Work, application: Application, **given: Any) -> float:
        row = issue_token(admin, work, ISSUER, TokenIn(name="n", application_id=application.id, **given)).row
        return (row.expires_at - row.issued_at).total_seconds()

    with storage.writing() as work:
        team = make_team(work)
        one, other = make_application(work, team), make_application(work, team, "Other")
        set_lifetime(admin, work, "application", LifetimeIn(default_seconds=500, maximum_seconds=900))
        assert seconds(work, one) == 500
        set_lifetime(admin, work, "application", LifetimeIn(default_seconds=300, maximum_seconds=2000), team.id)
        set_lifetime(admin, work, "application", LifetimeIn(maximum_seconds=200), one.id)
        assert (seconds(work, one), seconds(work, other)) == (200, 300)
        assert seconds(work, other, lifetime_seconds=900) == 900
        for application, asked in ((one, 201), (other, 901)):
            with pytest.raises(InvalidInputError) as refused:
                seconds(work, application, lifetime_seconds=asked)
            assert refused.value.code == "lifetime_too_long"
        remove_lifetime(admin, work, "application", one.id)
        assert seconds(work, one) == 300


def test_a_teams_owner_sets_its_lifetimes_and_nobody_elses(storage: Storage) -> None:
    with storage.writing() as work:
        ours, theirs = make_team(work, "Ours"), make_team(work, "Theirs")
        owner, rule = make_actor(work, Role.OWNER, ours), LifetimeIn(maximum_seconds=60)
        assert set_lifetime(owner, work, "personal", rule, ours.id).maximum_seconds == 60
        with pytest.raises(NotFoundError):
            set_lifetime(owner, work, "personal", rule, theirs.id)
        with pytest.raises(ForbiddenError):
            set_lifetime(owner, work, "personal", rule)
        with pytest.raises(ForbiddenError):
            set_lifetime(make_actor(work, Role.DEVELOPER, ours), work, "personal", rule, ours.id)


def test_a_token_that_no_verifier_would_take_is_not_issued(storage: Storage) -> None:
    limits = {"models": [f"{number:0100}" for number in range(80)]}
    with storage.writing() as work:
        given = TokenIn(name="n", application_id=make_application(work).id, limits=limits)
        with pytest.raises(InvalidInputError) as refused:
            issue_token(SYSTEM, work, ISSUER, given)
    assert refused.value.code == "token_too_large"


def test_an_administrator_without_a_team_has_a_personal_token_at_the_gate(storage: Storage) -> None:
    with storage.writing() as work:
        team = make_team(work)
        admin = actor_of_user(work, make_user(work, is_admin=True))
        given = TokenIn(kind="personal", name="n", audiences=["passgate"], team_id=team.id)
        assert issue_token(admin, work, ISSUER, given).row.team_id == team.id
