from __future__ import annotations

from typing import Any

import pytest
from glasswork_sdk.errors import InvalidSettings
from glasswork_sdk.plugins import Catalogue
from glasswork_sdk.settings import validate


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"variant": "transposed", "dilation_rate": 2}, "dilation_rate is 1 for a transposed convolution"),
        ({"variant": "transposed", "dimensions": 1, "dilation_rate": [3]}, "dilation_rate is 1"),
        ({"strides": 2, "dilation_rate": 2}, "cannot both be above 1"),
        ({"variant": "separable", "dimensions": 3}, "dimensions is 1 or 2 for a separable convolution"),
        ({"variant": "depthwise", "strides": [1, 2]}, "strides is the same on each axis for a depthwise"),
        ({"groups": 3, "filters": 16}, "groups divides filters"),
        ({"kernel_size": [3, 3, 3]}, "kernel_size"),
    ],
)
def test_settings_of_a_convolution_that_contradict_each_other_are_refused(
    catalogue: Catalogue, settings: dict[str, Any], expected: str
) -> None:
    with pytest.raises(InvalidSettings, match=expected):
        validate(catalogue.types["core.convolution"].Settings, settings)
