"""Settings of component types: pydantic models from which form, schema, validation and documentation come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StrictInt, ValidationError

from glasswork_sdk.errors import InvalidSettings
from glasswork_sdk.validation import violations

PositiveInt = Annotated[StrictInt, Field(ge=1, le=1_000_000)]
Size = PositiveInt | Annotated[tuple[PositiveInt, ...], Field(strict=False, min_length=1, max_length=3)]
"""One size for every axis, or one for each."""

Axes = Annotated[tuple[StrictInt, ...], Field(strict=False, max_length=8)]
Numbers = Annotated[tuple[float, ...], Field(strict=False, max_length=10_000)]


class Settings(BaseModel):
    """Base of all settings: unknown names, wrong types and non-finite numbers are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


S = TypeVar("S", bound=Settings)


def setting(default: Any, help: str, *, unit: str = "", options: str = "", **limits: Any) -> Any:
    """Declare one setting.

    Args:
        default: the default; `...` where there is none.
        help: one sentence for the user.
        unit: unit of the value, as in `pixels`.
        options: what a form may offer to choose from: `features` for the columns of the dataset.
        limits: `ge`, `gt`, `le`, `lt`, `min_length`, `max_length`, `pattern`, as pydantic takes them.
    """
    extra: dict[str, JsonValue] = {key: value for key, value in (("unit", unit), ("options", options)) if value}
    return Field(default, description=help, json_schema_extra=extra or None, **limits)


def validate(model: type[S], values: Mapping[str, Any]) -> S:
    """Return the settings of `values`.

    Raises:
        InvalidSettings: with one field violation for each bad setting.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        found = violations(error, model, noun="setting", whole="settings", path=_name)
        # One for each setting: of a bad choice among several types pydantic tells each.
        fields = list({field.field: field for field in reversed(found)}.values())[::-1]
        told = "; ".join(f"{field.field}: {field.description}" for field in fields)
        raise InvalidSettings(f"Bad settings: {told}.", fields=fields) from None


def _name(place: tuple[int | str, ...]) -> str:
    return str(place[0]) if place else ""
