from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Literal

import pytest
from glasswork_sdk.document import Document
from glasswork_sdk.errors import InvalidDocument, InvalidInput, InvalidSettings
from glasswork_sdk.plugins import Catalogue
from glasswork_sdk.settings import Settings, setting, validate
from glasswork_sdk.validation import listed
from hypothesis import given
from hypothesis import strategies as st
from pydantic import StrictInt, field_validator

RAW = re.compile(
    r"Input should|Extra inputs|not permitted|Field required|String should|valid (integer|string|tuple)|pydantic"
)
"""Texts of pydantic, which never reach a user."""
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


class Layer(Settings):
    """Settings of every kind."""

    units: StrictInt = setting(..., "Units.", ge=1, le=100)
    rate: float = setting(0.5, "Rate.", gt=0, lt=1)
    activation: Literal["relu", "tanh"] = setting("relu", "Activation.")
    label: str = setting("a", "Label.", min_length=1, max_length=3, pattern="[a-z]+")
    sizes: tuple[int, ...] | int = setting((1,), "Sizes.")

    @field_validator("label")
    def _no_x(cls, value: str) -> str:
        if "x" in value:
            raise ValueError("a label has no x.")
        return value


def told(**values: Any) -> dict[str, str]:
    with pytest.raises(InvalidSettings) as caught:
        validate(Layer, {"units": 1, **values})
    return {item.field: item.description for item in caught.value.fields}


def refused(work: Callable[[], object]) -> InvalidInput:
    """Return why something is refused; an empty reason where it is not."""
    try:
        work()
    except InvalidInput as problem:
        return problem
    return InvalidInput("")


def test_unknown_setting_names_the_nearest_and_all_that_there_are() -> None:
    assert told(unit=3) == {
        "unit": "No setting has this name; did you mean 'units'? "
        "The settings are 'units', 'rate', 'activation', 'label', 'sizes'"
    }
    assert "did you mean" not in told(zzzz=3)["zzzz"]


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"units": 0}, "Expected at least 1, received 0"),
        ({"units": 101}, "Expected at most 100, received 101"),
        ({"units": 2.5}, "Expected a whole number, received 2.5"),
        ({"rate": 0}, "Expected more than 0.0, received 0"),
        ({"rate": float("nan")}, "Expected a finite number, received nan"),
        ({"activation": "gelu"}, "Expected 'relu' or 'tanh', received 'gelu'"),
        ({"label": ""}, "Expected a text of at least 1 characters, received ''"),
        ({"label": "A"}, "Expected a text that matches [a-z]+, received 'A'"),
        ({"label": "x"}, "a label has no x"),
    ],
)
def test_bad_value_names_what_was_expected_and_received(values: dict[str, Any], text: str) -> None:
    assert list(told(**values).values()) == [text]


def test_missing_setting_is_named() -> None:
    with pytest.raises(InvalidSettings, match="units: This setting is missing; give it a value"):
        validate(Layer, {})


@given(st.dictionaries(st.sampled_from([*Layer.model_fields, "other"]), VALUES, min_size=1))
def test_no_text_of_pydantic_reaches_a_user_from_settings(values: dict[str, Any]) -> None:
    problem = refused(lambda: validate(Layer, values))
    assert not RAW.search(re.sub(r"received .*", "", problem.message))
    assert len({item.field for item in problem.fields}) == len(problem.fields)


@given(part=st.sampled_from(["dataset", "components", "connections", "plugins", "notes", "extra"]), value=VALUES)
def test_no_text_of_pydantic_reaches_a_user_from_documents(part: str, value: Any) -> None:
    problem = refused(lambda: Document.parse({"format": 1, "components": {"a": {"type": "core.dense"}}, part: value}))
    assert not RAW.search(re.sub(r"received .*", "", problem.message))


def test_unknown_field_of_a_component_names_the_nearest(digits: dict[str, Any]) -> None:
    digits["components"]["conv1"]["setings"] = {}
    with pytest.raises(InvalidDocument, match="No field has this name; did you mean 'settings'"):
        Document.parse(digits)


def test_settings_of_every_type_refuse_an_unknown_name_with_the_names_they_have(catalogue: Catalogue) -> None:
    for kind in catalogue.types.values():
        with pytest.raises(InvalidSettings) as caught:
            kind.settings_of({"no_such_name": 1})
        assert any("No setting has this name" in item.description for item in caught.value.fields)
        assert not RAW.search(caught.value.message)


def test_long_lists_of_names_are_cut_to_those_most_alike() -> None:
    names = [f"column_{number}" for number in range(1_000)]
    assert listed(names, "column_77").startswith("'column_77'")
    assert listed(names, "column_77").endswith(" and 997 more")
