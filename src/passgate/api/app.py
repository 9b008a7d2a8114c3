"""The management API as one application."""

from http import HTTPStatus

from fastapi import FastAPI
from fastapi.routing import APIRoute

import passgate
from passgate.api import docs
from passgate.api.edge import Edge
from passgate.api.errors import install_error_handlers
from passgate.api.oauth.desk import Desk, Desks
from passgate.api.problem import documented
from passgate.api.request_frame import RequestFrame
from passgate.api.routers import ROUTERS

_DESCRIPTION = """Everything that the console does can be done here.

Send a personal token (`Authorization: Bearer …`), or the cookie that `POST /api/v1/session` sets.
Errors are problem+json (RFC 9457) with a stable `code` and a `request_id`. Lists come in pages, newest first: the
answer's `next_cursor` goes into `after`."""


def create_api(edge: Edge) -> FastAPI:
    """The application; opens nothing by itself."""
    app = FastAPI(
        title="Passgate",
        version=passgate.__version__,
        description=_DESCRIPTION,
        openapi_url=None,  # served by our own route, under the same rules as every other
        generate_unique_id_function=_operation_id,
        responses=documented(
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.UNAUTHORIZED,
            HTTPStatus.FORBIDDEN,
            HTTPStatus.NOT_FOUND,
            HTTPStatus.CONFLICT,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            HTTPStatus.UNPROCESSABLE_ENTITY,
            HTTPStatus.SERVICE_UNAVAILABLE,
        ),
    )
    app.state.edge = edge
    app.state.oauth_desks = Desks(Desk(edge.storage.writing), Desk(edge.storage.reading))
    app.add_middleware(RequestFrame, edge=edge)
    install_error_handlers(app)
    for router in (*ROUTERS, docs.router):
        app.include_router(router)
    return app


def _operation_id(route: APIRoute) -> str:
    # The endpoint's own name, since generated clients name their methods after it.
    return route.name
