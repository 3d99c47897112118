"""What a client of the preview socket says: an edit of its document, another sample, or a stop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from copy import copy
from typing import Any

import jsonpatch
from glasswork_sdk.document import MAX_BYTES
from glasswork_sdk.errors import FieldViolation, InvalidInput
from glasswork_sdk.validation import violations
from jsonpointer import JsonPointer, JsonPointerException
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
        fields = violations(error, Edit)[:5]
        raise InvalidInput(
            f"The message is no edit: {fields[0].field}: {fields[0].description}.", fields=fields
        ) from None


def revision_of(text: str) -> int:
    """Return the number of a message that is no edit, so that its client knows which was refused; 0 for none."""
    try:
        message = parse_json(text)
        return Edit.model_validate({"revision": message["revision"]}).revision
    except (BadRequest, ValidationError, TypeError, KeyError):
        return 0


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
    """Return the document after an edit; the one before stays as it is, and shares with it what has not changed.

    Raises:
        InvalidInput: the patch does not fit the document.
    """
    if edit.graph is not None:
        return edit.graph
    if not edit.patch:
        return document
    try:
        changed = _patched(document, edit.patch)
    except (jsonpatch.JsonPatchException, JsonPointerException, TypeError, KeyError, ValueError) as error:
        raise InvalidInput(
            f"The patch does not fit the document: {error}. Send the whole document as graph.",
            fields=[FieldViolation("patch", "does not fit the document")],
        ) from None
    if not isinstance(changed, dict):
        raise InvalidInput("The patch leaves no document.", fields=[FieldViolation("patch", "removes the document")])
    return changed


def _patched(document: Any, patch: list[dict[str, Any]]) -> Any:
    """Apply a patch to copies of what it changes; a copy of the whole would make the smallest edit cost most."""
    changed = document
    own: dict[int, Any] = {}
    left = MAX_BYTES
    for operation in patch:
        if operation.get("op") == "copy":
            # Each copy of what holds the copies before doubles it.
            left -= _size(JsonPointer(operation.get("from", "")).resolve(changed, None), left)
            if left < 0:
                raise ValueError(f"it copies more than {MAX_BYTES} bytes")
        for name in ("from", "path"):
            if isinstance(path := operation.get(name), str):
                changed = _with_own(changed, JsonPointer(path).parts[:-1], own)
        changed = jsonpatch.apply_patch(changed, [operation], in_place=True)
    return changed


def _size(value: Any, most: int) -> int:
    """Return about how many bytes of JSON a value is, or something beyond `most` as soon as it is more."""
    size, waiting = 0, [value]
    while waiting and size <= most:
        part = waiting.pop()
        size += len(part) if isinstance(part, str) else 8
        if isinstance(part, dict):
            waiting.extend(part)
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
    return size


def _with_own(value: Any, path: Sequence[str], own: dict[int, Any]) -> Any:
    """Return a value with own copies of the objects and lists on a path; `own` holds those that exist, by identity."""
    if not isinstance(value, dict | list):
        return value
    if id(value) not in own:
        value = copy(value)
        own[id(value)] = value
    if path:
        key = int(path[0]) if isinstance(value, list) and path[0].isdecimal() else path[0]
        # What is not there is told by the operation itself.
        with suppress(KeyError, IndexError, TypeError):
            value[key] = _with_own(value[key], path[1:], own)
    return value
