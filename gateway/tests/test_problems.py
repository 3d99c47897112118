from __future__ import annotations

import pytest
from glasswork_gateway.problems import GraphHasErrors, problem_of, respond
from glasswork_sdk.errors import (
    Conflict,
    FieldViolation,
    GlassworkError,
    InternalError,
    InvalidInput,
    NotFound,
    Unauthenticated,
    Unavailable,
    error_classes,
)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (InvalidInput("x"), 422, "invalid-input"),
        (NotFound("x"), 404, "not-found"),
        # A service that does not take our secret is our misfortune, not the caller's.
        (Unauthenticated("x"), 503, "unauthenticated"),
        (Unavailable("x"), 503, "unavailable"),
        (InternalError("x"), 500, "internal"),
        (Conflict("x"), 409, "conflict"),
        (Conflict("x", metadata={"etag": "e"}), 412, "conflict"),
        (InvalidInput("x", metadata={"etag": "e"}), 422, "invalid-input"),
    ],
)
def test_an_error_has_the_status_of_its_code(error: GlassworkError, status: int, code: str) -> None:
    problem = problem_of(error)
    assert (problem["status"], problem["code"], problem["detail"]) == (status, code, "x")


def test_every_class_of_the_tree_has_a_title_of_its_own() -> None:
    titles = {cls.__name__: problem_of(cls("x"))["title"] for cls in error_classes().values()}
    assert "Error" not in titles.values()


def test_a_caller_sees_what_concerns_it_and_nothing_else_of_an_error() -> None:
    error = NotFound("x", fields=[FieldViolation("a.b", "is missing")], metadata={"component": "c", "path": "/secret"})
    problem = problem_of(error)
    assert (problem["field"], problem["fields"]) == ("a.b", [{"field": "a.b", "description": "is missing"}])
    assert problem["component"] == "c"
    assert "path" not in problem


def test_an_answer_says_when_to_come_again_and_what_there_is_now() -> None:
    assert respond(problem_of(Unavailable("x"))).headers["retry-after"] == "1"
    changed = respond(problem_of(Conflict("x", metadata={"etag": "e"})), {"X-Own": "1"})
    assert (changed.headers["etag"], changed.headers["x-own"]) == ('"e"', "1")
    assert "retry-after" not in changed.headers


def test_a_graph_with_errors_tells_the_first_and_how_many_more() -> None:
    tip = {"severity": "tip", "component": "a", "setting": "", "message": "try this"}
    error = {"severity": "error", "component": "b", "setting": "units", "message": "units must be above 0"}
    found = GraphHasErrors([tip, error, {**error, "component": ""}]).error
    assert found.message == "'b': units must be above 0 There are 1 more errors; see diagnostics."
    assert found.fields[0].field == "graph.components.b.settings.units"
    assert GraphHasErrors([{**error, "component": "", "setting": ""}]).error.fields[0].field == "graph"
