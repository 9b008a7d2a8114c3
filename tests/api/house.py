"""A management API over a fresh database, with people of two teams at its door."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from factories import ISSUER, PASSWORD, make_application, make_team, make_user
from passgate.api.app import create_api
from passgate.api.edge import Edge
from passgate.contracts.inference_config import InferenceConfig
from passgate.gateway.models import SnapshotRow
from passgate.gateway.publication import Publication
from passgate.identity.service.sessions import sign_in
from passgate.kernel.own_names import OwnNames
from passgate.kernel.permissions import Role
from passgate.kernel.session_cookie import SESSION_COOKIE
from passgate.publishing.prompts.gate import LocalGate
from passgate.storage.work import Storage, Work

URL = "http://gate.example"


@dataclass(frozen=True)
class House:
    red: str
    """The team's id."""
    blue: str
    red_application: str
    blue_application: str
    admin: TestClient
    owner: TestClient
    """Owner of red."""
    viewer: TestClient
    """Viewer in red."""
    stranger: TestClient
    """Owner of blue."""
    nobody: TestClient
    storage: Storage
    published: list[bool]
    """One entry a commit: whether it changed what the gate must know."""


@contextmanager
def open_house(storage: Storage, *, gate: LocalGate | None = None, private_addresses: bool = False) -> Iterator[House]:
    published: list[bool] = []

    def note(work: Work) -> None:
        published.append(work.snapshot_changed)

    own_names = OwnNames(ISSUER.audience, frozenset({URL.removeprefix("http://")}))
    watched = replace(storage, before_commit=[note], own_names=own_names)
    edge = Edge(storage=watched, token_issuer=ISSUER, public_url=URL, secure_cookies=False)
    edge = replace(edge, fetch_private_addresses=private_addresses)
    app = create_api(edge if gate is None else replace(edge, gate=gate))
    with storage.writing() as work:
        red, blue = make_team(work, "Red"), make_team(work, "Blue")
        make_user(work, "admin@example.com", is_admin=True)
        make_user(work, "owner@example.com", roles={red.id: Role.OWNER})
        make_user(work, "viewer@example.com", roles={red.id: Role.VIEWER})
        make_user(work, "stranger@example.com", roles={blue.id: Role.OWNER})
        applications = make_application(work, red, "Red app"), make_application(work, blue, "Blue app")
    with ExitStack() as stack:

        def client(name: str | None) -> TestClient:
            return stack.enter_context(_client(app, storage, name))

        yield House(
            red=red.id,
            blue=blue.id,
            red_application=applications[0].id,
            blue_application=applications[1].id,
            admin=client("admin"),
            owner=client("owner"),
            viewer=client("viewer"),
            stranger=client("stranger"),
            nobody=client(None),
            storage=storage,
            published=published,
        )


def _client(app: FastAPI, storage: Storage, name: str | None) -> TestClient:
    if name is None:
        return TestClient(app, base_url=URL)
    with storage.writing() as work:
        _, secret = sign_in(work, f"{name}@example.com", PASSWORD, "127.0.0.1", "test")
    return TestClient(app, base_url=URL, cookies={SESSION_COOKIE: secret})


def answer(response: Any, status: int) -> Any:
    """The JSON of an answer that has that status; a refusal must be problem+json."""
    assert response.status_code == status, response.text
    if not response.content:
        return None
    document = response.json()
    if status >= 400:
        assert response.headers["content-type"] == "application/problem+json"
        assert document["request_id"]
    return document


def newest(house: House, audience: str = "passgate") -> InferenceConfig:
    """The workers' part of the newest snapshot, with all that was changed."""
    with house.storage.writing() as work:
        Publication("https://gate.example", audience).publish(work)
        row = work.session.query(SnapshotRow).order_by(SnapshotRow.version.desc()).first()
        assert row is not None
        return InferenceConfig.model_validate_json(row.inference)
