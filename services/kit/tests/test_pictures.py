from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from glasswork_servicekit.pictures import Picture, draw, statistics
from PIL import Image


def drawn(row: Any, hint: str = "auto") -> Picture:
    picture = draw(np.asarray(row), hint)
    assert picture is not None
    return picture


def test_figures_leave_out_what_is_not_finite() -> None:
    found = statistics(np.array([1.0, 3.0, np.nan, np.inf]))

    assert (found.min, found.max, found.mean, found.std, found.nan_count) == (1.0, 3.0, 2.0, 1.0, 2)


def test_figures_of_huge_values_stay_finite() -> None:
    assert np.isfinite(statistics(np.array([1e308, -1e308])).std)


@pytest.mark.parametrize("values", [[], [np.nan], ["text"]])
def test_figures_of_nothing_are_zero(values: list[Any]) -> None:
    assert statistics(np.array(values)).max == 0.0


@pytest.mark.parametrize(
    ("shape", "hint", "kind"),
    [
        ((), "auto", "scalar"),
        ((1,), "auto", "scalar"),
        ((10,), "auto", "bars"),
        ((10,), "probabilities", "probabilities"),
        ((10,), "line", "line"),
        ((1000,), "auto", "histogram"),
        ((20, 30), "auto", "heatmap"),
        ((20, 1), "auto", "line"),
        ((8, 8, 1), "auto", "image"),
        ((8, 8, 3), "auto", "image"),
        ((8, 8, 3), "channels", "channels"),
        ((8, 8, 16), "auto", "channels"),
        ((4, 8, 8, 16), "auto", "channels"),
        ((8, 8, 3), "histogram", "histogram"),
    ],
)
def test_the_kind_follows_the_hint_and_the_rank(shape: tuple[int, ...], hint: str, kind: str) -> None:
    picture = drawn(np.random.default_rng(1).normal(size=shape), hint)

    assert picture.kind == kind
    assert bool(picture.png) != bool(picture.values)


@pytest.mark.parametrize("shape", [(2000, 1500, 3), (999, 999, 64), (5000, 3), (1, 7, 512)])
def test_pictures_stay_small(shape: tuple[int, ...]) -> None:
    picture = drawn(np.random.default_rng(1).normal(size=shape))

    assert len(picture.png) < 64 * 1024
    assert Image.open(io.BytesIO(picture.png)).size == (picture.width, picture.height)


def test_a_dark_image_stays_dark() -> None:
    picture = drawn(np.full((4, 4, 1), 20.0))

    assert (picture.min, picture.max) == (0.0, 255.0)
    assert Image.open(io.BytesIO(picture.png)).getpixel((0, 0)) == 20


def test_a_tensor_of_nans_is_drawn_all_the_same() -> None:
    assert drawn(np.full((4, 4, 1), np.nan)).kind == "image"


def test_text_has_no_picture() -> None:
    assert draw(np.array(["a", "b"])) is None
