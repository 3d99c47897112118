from __future__ import annotations

from typing import Any

from glasswork_gateway.figures import HEIGHT, figure
from glasswork_gateway.guide import Example


def drawn(settings: dict[str, Any] | None = None, place: str = "After conv1", **shown: Any) -> str:
    preview = {"shape": [4], "dtype": "float32", "statistics": {"min": -1, "max": 3}, "visualization": shown}
    return figure(Example(place, settings or {}, preview))


def test_a_picture_is_shown_large_with_a_text_for_those_who_do_not_see_it() -> None:
    found = drawn(kind="image", png="AAAA", width=8, height=4)
    assert 'width="320" height="160"' in found
    assert 'alt="The picture of the output for one row: 4, float32, values from -1 to 3"' in found


def test_bars_stand_on_the_line_of_zero() -> None:
    found = drawn(kind="bars", values=[3.0, -1.0, None])
    assert found.count("<rect") == 3
    assert f'y="0.0" width="90.7" height="{HEIGHT * 3 / 4:.1f}"' in found
    assert f'y="{HEIGHT * 3 / 4:.1f}" width="90.7" height="{HEIGHT / 4:.1f}"' in found
    assert 'height="0.5"' in found


def test_a_line_is_one_line_and_equal_values_are_drawn() -> None:
    assert drawn(kind="line", values=[0.0, 0.0]).count("<polyline") == 1


def test_one_value_and_none_are_no_picture() -> None:
    for found in (drawn(kind="scalar"), drawn(kind="bars", values=[])):
        assert "<svg" not in found
        assert "<img" not in found


def test_what_a_model_says_of_itself_is_text() -> None:
    found = drawn({"<b>": "<script>"}, place="After <i>", kind="scalar")
    assert "&lt;script&gt;" in found
    assert "After &lt;i&gt;" in found
    assert "<script>" not in found
