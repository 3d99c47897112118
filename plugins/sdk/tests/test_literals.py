from __future__ import annotations

import ast
import math
from typing import Any

import pytest
from glasswork_sdk.literals import Code, python_literal
from hypothesis import given
from hypothesis import strategies as st

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children) | st.tuples(children),
    max_leaves=8,
)


@given(VALUES)
def test_literal_evaluates_to_the_value(value: Any) -> None:
    text = python_literal(value)
    assert ast.literal_eval(text) == value
    assert "\n" not in text


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_without_a_literal_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        python_literal(value)


def test_objects_are_refused() -> None:
    with pytest.raises(TypeError, match="plain literal, received object"):
        python_literal(object())


def test_code_passes_through() -> None:
    assert python_literal(Code("Reshape1")) == "Reshape1"
