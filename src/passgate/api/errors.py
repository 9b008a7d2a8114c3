"""The one place where errors become answers of the management API."""

import logging
from http import HTTPStatus
from typing import cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError, IntegrityError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from starlette.exceptions import HTTPException

from passgate.api.edge import Edge
from passgate.api.problem import FieldError, problem
from passgate.kernel.errors import PassgateError
from passgate.publishing.openapi.faults import DocumentRefusedError
from passgate.storage.outages import outage_told

_log = logging.getLogger("passgate.api")

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="passgate"'}
"""What a 401 has to say (RFC 6750 section 3)."""


def install_error_handlers(app: FastAPI) -> None:
    """Render every error as problem+json."""
    app.add_exception_handler(PassgateError, _refusal)
    app.add_exception_handler(RequestValidationError, _invalid_input)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(IntegrityError, _conflict)
    app.add_exception_handler(DataError, _unfit_for_database)
    for outage in (OperationalError, InternalError, NoConnectionError):
        app.add_exception_handler(outage, _database_unavailable)


def request_id_of(request: Request) -> str:
    """The id under which this request stands in the logs."""
    return str(request.state.request_id)


def _refusal(request: Request, raised: Exception) -> JSONResponse:
    error = cast("PassgateError", raised)
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("request %s: %s: %s", request_id_of(request), error.code, error.message)
    edge: Edge = request.app.state.edge
    edge.storage.tell_refusal(error)
    answer = problem(error.status, error.code, error.message, request_id_of(request))
    answer.field = error.field
    if isinstance(error, DocumentRefusedError):
        answer.errors = [
            FieldError(field=fault.place, rule=fault.rule, detail=fault.detail, line=fault.line)
            for fault in error.faults
        ]
    return answer.response(CHALLENGE if error.status == HTTPStatus.UNAUTHORIZED else None)


def _invalid_input(request: Request, raised: Exception) -> JSONResponse:
    found = cast("RequestValidationError", raised).errors()
    if found[0]["type"] == "json_invalid":
        text = "The body is not JSON."
        return problem(HTTPStatus.BAD_REQUEST, "body_not_json", text, request_id_of(request)).response()
    errors = [
        FieldError(
            field=".".join(str(part) for part in each["loc"][1:]) or str(each["loc"][0]),
            rule=each["type"],
            detail=each["msg"].removeprefix("Value error, "),
        )
        for each in found
    ]
    detail = f"{errors[0].field}: {errors[0].detail}"
    answer = problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_input", detail, request_id_of(request))
    answer.field, answer.errors = errors[0].field, errors
    return answer.response()


def _http_error(request: Request, raised: Exception) -> JSONResponse:
    error = cast("HTTPException", raised)
    status = HTTPStatus(error.status_code)
    answer = problem(status, status.name.lower(), str(error.detail), request_id_of(request))
    return answer.response(dict(error.headers or {}))


def _conflict(request: Request, _raised: Exception) -> JSONResponse:
    # Services look first; this is what the slower of two at the same moment gets.
    text = "Somebody made a change at the same moment that contradicts this one."
    return problem(HTTPStatus.CONFLICT, "conflict", text, request_id_of(request)).response()


def _unfit_for_database(request: Request, _raised: Exception) -> JSONResponse:
    text = "A value holds something that cannot be stored, such as a NUL character or a number out of range."
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_input", text, request_id_of(request)).response()


def _database_unavailable(request: Request, raised: Exception) -> JSONResponse:
    text = outage_told(raised)
    if text is None:
        raise raised
    request_id = request_id_of(request)
    _log.error("request %s: the database failed: %s", request_id, getattr(raised, "orig", raised))
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, "database_unavailable", text, request_id).response(
        {"Retry-After": "1"}
    )
