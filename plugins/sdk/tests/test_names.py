from __future__ import annotations

import pytest
from glasswork_sdk.names import class_names, identifier, is_component_id


@pytest.mark.parametrize(
    ("name", "good"),
    [("conv1", True), ("a", True), ("a" * 63, True), ("a" * 64, False), ("class", False), ("Conv", False),
     ("1a", False), ("_a", False), ("a-b", False), ("a\n", False), ("größe", False), ("", False), ("match", True)],
)  # fmt: skip
def test_id_is_a_short_python_name_in_lower_case(name: str, good: bool) -> None:
    assert is_component_id(name) == good


def test_identifier_hides_neither_builtins_nor_imports() -> None:
    assert identifier("conv1", ()) == "conv1"
    assert identifier("input", ()) == "input_"
    assert identifier("keras", {"keras", "keras_"}) == "keras__"


def test_class_names_are_numbered_where_they_would_be_equal() -> None:
    names = class_names(["my_layer", "my__layer", "exception", "scale"], {"Scale"})
    assert names == {"my_layer": "MyLayer", "my__layer": "MyLayer_2", "exception": "Exception_2", "scale": "Scale_2"}
