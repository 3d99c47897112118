from __future__ import annotations

from typing import Any

import pytest
from glasswork_servicekit.values import LARGEST_INTEGER, dict_to_struct, json_to_value, number, struct_to_dict


def test_json_comes_back_as_it_was_with_its_keys_sorted() -> None:
    values: dict[str, Any] = {"z": [1, 2.5, "x", None, True], "a": {"b": {}, "c": []}, "n": -3}
    found = struct_to_dict(dict_to_struct(values))
    assert found == values
    assert list(found) == ["a", "n", "z"]
    assert isinstance(found["z"][0], int)
    assert found["z"][4] is True


@pytest.mark.parametrize(
    ("value", "kind"), [(3.0, int), (3.5, float), (float(LARGEST_INTEGER), int), (2.0**54, float), (-(2.0**54), float)]
)
def test_a_number_is_an_integer_where_a_double_holds_it_exactly(value: float, kind: type) -> None:
    assert type(number(value)) is kind
    assert number(value) == value


def test_what_json_does_not_know_is_refused() -> None:
    with pytest.raises(TypeError, match="JSON has no set"):
        json_to_value({1})
