from __future__ import annotations

from typing import Any, Literal

import pytest
from glasswork_sdk.errors import InvalidSettings
from glasswork_sdk.settings import Numbers, PositiveInt, Settings, Size, setting, validate
from pydantic import model_validator


class Probe(Settings):
    units: PositiveInt = setting(8, "Size.", unit="pixels")
    kernel: Size = setting((3, 3), "Kernel.")
    rate: float = setting(0.5, "Rate.", ge=0, lt=1)
    scales: Numbers = setting((), "Scales.")
    mode: Literal["a", "b"] = setting("a", "Mode.")

    @model_validator(mode="after")
    def _fits(self) -> Probe:
        if self.mode == "b" and self.units == 1:
            raise ValueError("mode b needs two units")
        return self


def fields(values: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(InvalidSettings) as caught:
        validate(Probe, values)
    return {item.field: item.description for item in caught.value.fields}


def test_lists_of_a_document_become_tuples() -> None:
    found = validate(Probe, {"kernel": [5], "scales": [1, 2.5]})
    assert (found.kernel, found.scales, found.units) == ((5,), (1.0, 2.5), 8)


@pytest.mark.parametrize(
    "values",
    [{"units": 0}, {"units": True}, {"units": "8"}, {"units": 1.0}, {"units": 1_000_001}, {"kernel": []},
     {"kernel": [1, 1, 1, 1]}, {"rate": 1}, {"rate": -0.1}, {"rate": "0.5"},
     {"rate": True}, {"rate": float("nan")}, {"scales": [float("inf")]},
     {"mode": "c"}, {"colour": "red"}],
)  # fmt: skip
def test_bad_value_is_told_on_its_setting(values: dict[str, Any]) -> None:
    assert list(fields(values)) == list(values)


def test_every_bad_setting_is_told_with_its_value_cut_short() -> None:
    found = fields({"units": "x" * 100, "rate": 2})
    assert set(found) == {"units", "rate"}
    assert found["units"].endswith("received '" + "x" * 56 + "…")
    assert found["rate"].endswith("received 2")


def test_contradiction_is_told_on_the_settings_as_a_whole() -> None:
    assert fields({"mode": "b", "units": 1}) == {"settings": "mode b needs two units"}


def test_unit_and_choices_are_in_the_schema_where_there_are_some() -> None:
    properties = Probe.model_json_schema()["properties"]
    assert properties["units"]["unit"] == "pixels"
    assert "unit" not in properties["rate"]
