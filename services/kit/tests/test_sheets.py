"""Several rows at once, texts, named classes, masks over images."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from glasswork_servicekit.pictures import Picture
from glasswork_servicekit.sheets import Look, draw_rows, is_mask
from PIL import Image


def drawn(values: Any, **look: Any) -> Picture:
    picture = draw_rows(np.asarray(values), Look(**look))
    assert picture is not None
    return picture


@pytest.mark.parametrize(
    ("shape", "hint", "kind", "values"),
    [
        ((5,), "auto", "bars", 5),
        ((5, 1), "probabilities", "bars", 5),
        ((5, 10), "probabilities", "heatmap", 0),
        ((5, 300), "histogram", "histogram", 64),
        ((5, 20, 30), "auto", "heatmap", 0),
        ((5, 8, 8, 1), "image", "image", 0),
        ((5, 8, 8, 3), "auto", "image", 0),
        ((5, 8, 8, 16), "channels", "channels", 0),
        ((3, 4, 8, 8, 16), "auto", "channels", 0),
    ],
)
def test_several_rows_are_a_sheet(shape: tuple[int, ...], hint: str, kind: str, values: int) -> None:
    picture = drawn(np.random.default_rng(1).normal(size=shape), hint=hint)

    assert (picture.kind, picture.rows, len(picture.values)) == (kind, shape[0], values)
    assert bool(picture.png) != bool(picture.values)


@pytest.mark.parametrize("shape", [(64, 500, 400, 3), (64, 64, 64, 64), (64, 5000), (64, 300, 200)])
def test_sheets_stay_small(shape: tuple[int, ...]) -> None:
    picture = drawn(np.random.default_rng(1).uniform(size=shape).astype(np.float32))

    assert len(picture.png) < 512 * 1024
    assert max(Image.open(io.BytesIO(picture.png)).size) <= 384


def test_probabilities_have_the_names_of_their_classes() -> None:
    assert drawn([[0.2, 0.8]], hint="probabilities", labels=("cat", "dog")).labels == ["cat", "dog"]
    assert drawn([[0.2, 0.8]], hint="probabilities", labels=("cat",)).labels == []


def test_texts_are_shown_as_texts() -> None:
    picture = drawn(np.array([b"one", "x" * 900], dtype=object))

    assert (picture.kind, picture.labels[0], len(picture.labels[1]), picture.rows) == ("text", "one", 500, 2)


def test_a_mask_is_laid_over_its_image() -> None:
    image, mask = np.full((1, 4, 4, 1), 100.0), np.zeros((1, 4, 4, 1))
    mask[0, 0, 0] = 1.0
    picture = drawn(mask, hint="overlay", background=image)

    pixels = Image.open(io.BytesIO(picture.png))
    assert (picture.kind, pixels.mode) == ("overlay", "RGB")
    assert (pixels.getpixel((1, 1)), pixels.getpixel((0, 0))) == ((100, 100, 100), (208, 75, 75))


def test_a_mask_as_it_is_stored_is_the_same() -> None:
    image, mask = np.full((1, 4, 4, 1), 100.0), np.zeros((1, 4, 4, 1))
    mask[0, 0, 0] = 1.0

    assert drawn(mask * 255, hint="overlay", background=image).png == drawn(mask, hint="overlay", background=image).png
    assert drawn(mask * 280 - 20, hint="overlay", background=image).kind == "overlay"
    assert drawn(mask - 0.5, hint="overlay", background=image).kind != "overlay"


@pytest.mark.parametrize("change", ["size", "range", "channels"])
def test_what_is_no_mask_is_drawn_as_it_is(change: str) -> None:
    image = np.full((1, 4, 4, 1), 100.0)
    values = {"size": np.zeros((1, 2, 2, 1)), "range": image * 10, "channels": np.zeros((1, 4, 4, 2))}[change]

    assert not is_mask(values, image)
    assert drawn(values, hint="overlay", background=image).kind in {"image", "channels"}
