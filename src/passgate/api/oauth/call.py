"""A call of an endpoint that clients call themselves."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request

from passgate.api.edge import Edge
from passgate.api.oauth.desk import Desks
from passgate.api.oauth.form import read_form, site_of
from passgate.identity.oauth.protocol import FieldsRefusedError, OAuthRequest, OAuthSite, Reply


@dataclass(frozen=True, slots=True)
class Called:
    """A call.

    Attributes:
        edge: where units of work are opened.
        site: who the server is.
        desks: where calls of the same moment are served together.
        request: its fields; None where they cannot be read.
        refusal: why they cannot.
    """

    edge: Edge
    site: OAuthSite
    desks: Desks
    request: OAuthRequest | None
    refusal: Reply | None = None

    def field(self, name: str) -> str | None:
        """One of the fields."""
        return self.request.form.get(name) if self.request is not None else None


async def _called(request: Request) -> Called:
    # One dependency in place of four: each costs as much as finding the route.
    edge: Edge = request.app.state.edge
    desks: Desks = request.app.state.oauth_desks
    site = site_of(edge)
    try:
        return Called(edge, site, desks, read_form(request, await request.body()))
    except FieldsRefusedError as refused:
        body = {"error": "invalid_request", "error_description": str(refused)}
        return Called(edge, site, desks, None, Reply(HTTPStatus.BAD_REQUEST, body))


CurrentCall = Annotated[Called, Depends(_called)]
"""The call that is served."""
