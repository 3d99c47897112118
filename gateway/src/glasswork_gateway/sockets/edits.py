"""What a client of the preview socket says: an edit of its document, another sample, or a stop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jsonpatch
from glasswork_sdk.errors import FieldViolation, InvalidInput
from jsonpointer import JsonPointerException
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from glasswork_gateway.problems import BadRequest
from glasswork_gateway.schemas import Sample, VariableReference
from glasswork_gateway.strict import parse_json

_MAX_OPERATIONS = 10_000


class Edit(BaseModel):
    """A message of a client.

    Args:
        revision: its number; the answers carry it.
        patch: RFC 6902 operations on the document.
        graph: a whole document instead.
        sample: the rows to show from now on.
        variables: the variables to show from now on.
        cancel: whether to stop what runs.
    """

    model_config = ConfigDict(extra="forbid")

    revision: int = Field(0, ge=0, le=2**53)
    patch: list[dict[str, Any]] | None = Field(None, max_length=_MAX_OPERATIONS)
    graph: dict[str, Any] | None = None
    sample: Sample | None = None
    variables: list[VariableReference] | None = Field(None, max_length=64)
    cancel: bool = False


def read_edit(text: str) -> Edit:
    """Read a message.

    Raises:
        InvalidInput: it is no edit.
    """
    try:
        return Edit.model_validate(parse_json(text))
    except BadRequest as error:
        raise InvalidInput(f"The message is no edit: {error.detail}") from None
    except ValidationError as error:
        fields = [FieldViolation(".".join(map(str, item["loc"])) or "body", item["msg"]) for item in error.errors()[:5]]
        raise InvalidInput(
            f"The message is no edit: {fields[0].field}: {fields[0].description}.", fields=fields
        ) from None


def suggestions(suggested: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the patch that puts what is suggested into a document; it may be applied twice."""
    return [
        {"op": "add", "path": f"/components/{name}/suggested", "value": dict(values)}
        for name, values in suggested.items()
    ]


def with_suggestions(document: dict[str, Any], suggested: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the document with what is suggested; the one before stays as it is."""
    components = dict(document["components"])
    for name in suggested.keys() & components.keys():
        components[name] = {**components[name], "suggested": dict(suggested[name])}
    return {**document, "components": components}


def apply_edit(document: dict[str, Any], edit: Edit) -> dict[str, Any]:
    """Return the document after an edit; the one before stays as it is.

    Raises:
        InvalidInput: the patch does not fit the document.
    """
    if edit.graph is not None:
        return edit.graph
    if not edit.patch:
        return document
    try:
        changed = jsonpatch.apply_patch(document, edit.patch)
    except (jsonpatch.JsonPatchException, JsonPointerException, TypeError, KeyError, ValueError) as error:
        raise InvalidInput(
            f"The patch does not fit the document: {error}. Send the whole document as graph.",
            fields=[FieldViolation("patch", "does not fit the document")],
        ) from None
    if not isinstance(changed, dict):
        raise InvalidInput("The patch leaves no document.", fields=[FieldViolation("patch", "removes the document")])
    return changed
