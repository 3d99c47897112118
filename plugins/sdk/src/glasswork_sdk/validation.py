"""Bad values in the words of Glasswork: which field, what was expected, what was received."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from glasswork_sdk.errors import FieldViolation

MOST_NAMES: Final = 20
_EXPECTED: Final[Mapping[str, str]] = {
    "greater_than_equal": "at least {ge}",
    "greater_than": "more than {gt}",
    "less_than_equal": "at most {le}",
    "less_than": "less than {lt}",
    "multiple_of": "a multiple of {multiple_of}",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number of fewer digits",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "string_type": "a text",
    "string_unicode": "a text in UTF-8",
    "string_too_short": "a text of at least {min_length} characters",
    "string_too_long": "a text of at most {max_length} characters",
    "string_pattern_mismatch": "a text that matches {pattern}",
    "literal_error": "{expected}",
    "enum": "{expected}",
    "too_short": "at least {min_length} values",
    "too_long": "at most {max_length} values",
    "tuple_type": "a list",
    "list_type": "a list",
    "set_type": "a list",
    "dict_type": "an object",
    "mapping_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "none_required": "null",
}
"""What a value should have been, by pydantic's type of error."""


def violations(
    error: ValidationError | Sequence[ErrorDetails],
    model: type[BaseModel] | None = None,
    *,
    noun: str = "field",
    whole: str = "body",
    path: Callable[[tuple[int | str, ...]], str] | None = None,
) -> list[FieldViolation]:
    """Return every bad place of a failed validation, in the order of pydantic.

    Args:
        error: what pydantic found.
        model: the model that refused the values, for the names that it knows; None where there is none.
        noun: how messages call a name that is not known.
        whole: name of the place where the whole value is bad.
        path: writes the place of a value; default is its parts with dots between them.
    """
    items = error.errors(include_url=False) if isinstance(error, ValidationError) else error
    write = path or (lambda parts: ".".join(map(str, parts)))
    return [FieldViolation(write(item["loc"]) or whole, described(item, model, noun)) for item in items]


def described(item: ErrorDetails, model: type[BaseModel] | None = None, noun: str = "field") -> str:
    """Return what is wrong with one value, without a full stop.

    Args:
        item: one error of pydantic.
        model: the model that refused the values; None where it is not known.
        noun: how the message calls a name that is not known.
    """
    kind, context = item["type"], item.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown(str(item["loc"][-1]), _names_at(model, item["loc"][:-1]), noun)
    if kind == "missing":
        return f"This {noun} is missing; give it a value"
    if kind == "json_invalid":
        return f"Not valid JSON: {context.get('error', 'it cannot be read')}"
    if kind in {"value_error", "assertion_error"}:
        # Written by the author of a validator, for users.
        return item["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ").rstrip(".")
    text = _EXPECTED.get(kind)
    expected = text.format_map(_Context(context)) if text else item["msg"].removeprefix("Input should be ")
    return f"Expected {expected}, received {short(item['input'])}"


def short(value: Any) -> str:
    """Return a value as Python writes it, in at most 60 characters."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def listed(names: Sequence[str], wanted: str = "") -> str:
    """Return names for a message; of many those that are most like the one that was wanted.

    Args:
        names: all names.
        wanted: the name that is not among them.
    """
    if not names:
        return ""
    shown = names if len(names) <= MOST_NAMES else difflib.get_close_matches(wanted[:100], names, n=3) or names[:3]
    rest = len(names) - len(shown)
    return ", ".join(f"'{name}'" for name in shown) + (f" and {rest:,} more" if rest else "")


class _Context(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return f"another {key}"


def _unknown(name: str, known: Sequence[str] | None, noun: str) -> str:
    if known is None:
        return f"No {noun} has this name"
    near = difflib.get_close_matches(name[:100], known, n=1, cutoff=0.5)
    advice = f"; did you mean '{near[0]}'?" if near else "."
    there = f"The {noun}s are {listed(known, name)}" if known else f"There are no {noun}s here"
    return f"No {noun} has this name{advice} {there}"


def _names_at(model: type[BaseModel] | None, place: Sequence[int | str]) -> list[str] | None:
    """Return the field names of the model at a place within another one; None where that is not known."""
    for part in place:
        field = None if model is None else _field(model, part)
        if field is not None:
            model = _model_in(field.annotation)
    return None if model is None else [field.alias or name for name, field in model.model_fields.items()]


def _field(model: type[BaseModel], part: int | str) -> Any:
    fields = model.model_fields
    return next((field for name, field in fields.items() if part in (name, field.alias)), None)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the first model within a type, as in `Mapping[str, Component] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(argument) for argument in get_args(annotation))
    return next((model for model in found if model is not None), None)
