"""Errors as RFC 9457 problem+json: what, where, and what to do, never how we are built."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Final, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from glasswork_sdk.errors import FieldViolation, GlassworkError, InvalidGraph
from glasswork_sdk.validation import violations
from glasswork_servicekit import correlation
from pydantic import BaseModel, ConfigDict
from pydantic_core import ErrorDetails, to_json
from starlette.exceptions import HTTPException
from starlette.responses import Response

MEDIA_TYPE: Final = "application/problem+json"
_STATUS: Final = {
    "INVALID_ARGUMENT": 422,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "ABORTED": 409,
    "FAILED_PRECONDITION": 409,
    # A service that does not take our secret is our misfortune, not the caller's.
    "UNAUTHENTICATED": 503,
    "PERMISSION_DENIED": 403,
    "RESOURCE_EXHAUSTED": 413,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}
_TITLES: Final = {
    400: "Malformed request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    408: "Too slow",
    409: "Not possible now",
    412: "Changed meanwhile",
    413: "Too large",
    415: "Wrong content type",
    422: "Invalid input",
    429: "Too many",
    500: "Mistake of Glasswork",
    503: "Not available now",
    504: "No answer in time",
}
# Of an error's metadata, what a caller may see.
_SHOWN: Final = ("component", "line", "port", "setting", "head", "etag", "format")


class Field(BaseModel):
    """One bad field of a request."""

    field: str
    description: str


class Problem(BaseModel):
    """An error, as RFC 9457 has it; further members may follow."""

    model_config = ConfigDict(extra="allow")

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    field: str | None = None
    fields: list[Field] = []
    request_id: str


class BadRequest(HTTPException):
    """A request that cannot even be read."""

    def __init__(self, detail: str, code: str = "malformed-request", status: int = 400, *, close: bool = False) -> None:
        super().__init__(status, detail, {"Connection": "close"} if close else None)
        self.code = code


class GraphHasErrors(Exception):
    """A graph with errors where a sound one is needed: `error` tells the first, `diagnostics` has them all.

    It is no class of the error tree: that table must have one class for each reason.
    """

    def __init__(self, diagnostics: list[dict[str, Any]]) -> None:
        errors = [item for item in diagnostics if item["severity"] == "error"]
        first = errors[0]
        where = f"'{first['component']}': " if first["component"] else ""
        more = f" There are {len(errors) - 1} more errors; see diagnostics." if len(errors) > 1 else ""
        field = f"graph.components.{first['component']}" if first["component"] else "graph"
        if first["setting"]:
            field += f".settings.{first['setting']}"
        told = f"{where}{first['message']}{more}"
        super().__init__(told)
        self.error = InvalidGraph(told, fields=[FieldViolation(field, first["message"])])
        self.diagnostics = diagnostics


def body(
    status: int, code: str, detail: str, fields: tuple[FieldViolation, ...] = (), **members: Any
) -> dict[str, Any]:
    """Return the members of a problem."""
    return {
        "type": "about:blank",
        "title": _TITLES.get(status, "Error"),
        "status": status,
        "code": code,
        "detail": detail,
        "field": fields[0].field if fields else None,
        "fields": [{"field": item.field, "description": item.description} for item in fields],
        "request_id": correlation.current_request_id(),
        **members,
    }


def problem_of(error: GlassworkError) -> dict[str, Any]:
    """Return an error of the tree as a problem."""
    shown = {key: error.metadata[key] for key in _SHOWN if key in error.metadata}
    status = 412 if "etag" in shown and error.code == "ABORTED" else _STATUS.get(error.code, 500)
    if status == 503:
        shown.pop("component", None)
    return body(status, error.reason.lower().replace("_", "-"), error.message, error.fields, **shown)


def respond(problem: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    """Return a problem as a response."""
    extra = {"Retry-After": "1"} if problem["status"] == 503 else {}
    if "etag" in problem:
        extra["ETag"] = f'"{problem["etag"]}"'
    return Response(to_json(problem), problem["status"], {**extra, **(headers or {})}, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer every error of an app with a problem."""
    log = logging.getLogger("glasswork.gateway")

    async def on_error(_: Request, error: Exception) -> Response:
        if isinstance(error, GlassworkError):
            if error.code not in _STATUS:
                log.error("a service failed: %s", error.message)
            return respond(problem_of(error))
        log.exception("unexpected error", exc_info=error)
        told = f"This failed by a mistake of Glasswork. The log has it under the id {correlation.current_request_id()}."
        return respond(body(500, "internal", told))

    async def on_graph(_: Request, error: Exception) -> Response:
        if not isinstance(error, GraphHasErrors):
            raise error
        return respond({**problem_of(error.error), "diagnostics": error.diagnostics})

    async def on_http(_: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        code = getattr(error, "code", "") or _TITLES.get(error.status_code, "error").lower().replace(" ", "-")
        return respond(body(error.status_code, code, _detail(error)), dict(error.headers or {}))

    async def on_validation(_: Request, error: Exception) -> Response:
        if not isinstance(error, RequestValidationError):
            raise error
        return respond(_validation_problem(error))

    app.add_exception_handler(GlassworkError, on_error)
    app.add_exception_handler(GraphHasErrors, on_graph)
    app.add_exception_handler(Exception, on_error)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_validation)


def _detail(error: HTTPException) -> str:
    if error.status_code == 404 and error.detail == "Not Found":
        return "There is nothing at this address. The API is described at /docs."
    if error.status_code == 405:
        return "This address does not take this method. The API is described at /docs."
    return str(error.detail)


def _validation_problem(error: RequestValidationError) -> dict[str, Any]:
    found = cast("Sequence[ErrorDetails]", error.errors())[:20]
    fields = tuple(violations(found, path=lambda place: ".".join(str(part) for part in place if part != "body")))
    told = "; ".join(f"{item.field}: {item.description}" for item in fields[:3])
    malformed = any(item["loc"] == ("body",) for item in error.errors())
    if malformed:
        return body(400, "malformed-request", f"The request needs a JSON object as its body: {told}.", fields)
    return body(422, "invalid-input", f"The request has bad fields: {told}.", fields)
