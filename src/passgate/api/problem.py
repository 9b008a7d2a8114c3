"""Errors of the management API: problem+json (RFC 9457)."""

from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

MEDIA_TYPE = "application/problem+json"


class FieldError(BaseModel):
    """One field of the input and the rule that it breaks."""

    field: str = Field(description="Dotted path of the field; in an OpenAPI document, a JSON pointer.")
    rule: str = Field(description="Stable name of the rule.")
    detail: str
    line: int | None = Field(default=None, description="Line of the text, where the field is a whole document.")


class Problem(BaseModel):
    """What every refusal looks like."""

    type: str = "about:blank"
    title: str = Field(description="The status in words.")
    status: int
    detail: str = Field(description="What is wrong, for people.")
    code: str = Field(description="Stable name of the rule that decided.")
    field: str | None = Field(default=None, description="Dotted path of the input field at fault.")
    request_id: str | None = Field(default=None, description="Null where Envoy refused before it gave one.")
    errors: list[FieldError] | None = Field(default=None, description="All fields at fault, where there are several.")

    def response(self, headers: dict[str, str] | None = None) -> JSONResponse:
        """The answer; what is None is left out."""
        content = self.model_dump(exclude_none=True)
        return JSONResponse(content, status_code=self.status, headers=headers, media_type=MEDIA_TYPE)


def problem(status: int, code: str, detail: str, request_id: str) -> Problem:
    """A problem titled by its status."""
    return Problem(title=HTTPStatus(status).phrase, status=int(status), detail=detail, code=code, request_id=request_id)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """These statuses for the OpenAPI document."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {int(status): {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}
