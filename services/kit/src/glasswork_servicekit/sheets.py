"""Pictures of several rows at once, of texts, of named classes, and of a mask over its image."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from glasswork_servicekit.pictures import (
    LONGEST_SIDE,
    MOST_VALUES,
    Array,
    Picture,
    draw,
    encode_png,
    plain_numbers,
    range_of_image,
    shrink,
    tile,
    to_bytes,
)

MOST_ROWS = 64
MOST_TEXTS = 16
LONGEST_TEXT = 500
SHEET_CHANNELS = 8
SHEET_LONGEST = 384
MASK_COLOUR = (255, 64, 64)
WHITE = 255.0
MASK_SLACK = 64.0


@dataclass(frozen=True)
class Look:
    """How a tensor is best shown.

    Args:
        hint: auto, image, channels, heatmap, overlay, bars, line, histogram or probabilities.
        title: what it shows.
        labels: names of the classes whose probabilities it holds.
        background: the image behind a mask, `(rows, height, width, channels)`.
    """

    hint: str = "auto"
    title: str = ""
    labels: tuple[str, ...] = ()
    background: Array | None = None


def draw_rows(values: Array, look: Look = Look()) -> Picture | None:
    """Return a small picture of the rows of a tensor: of one row as `draw` does, of several a sheet.

    Args:
        values: the tensor, the first axis is the row.
        look: how it is best shown.

    Returns:
        The picture; None where there is nothing to see.
    """
    values = plain_numbers(values)
    if values.dtype.kind in "OSU":
        return _texts(values, look.title)
    if values.dtype.kind not in "fiub" or values.size == 0:
        return None
    if look.hint == "overlay" and look.background is not None and is_mask(values, look.background):
        return _overlay(values, look.background, look.title)
    if len(values) == 1:
        return _named(draw(values[0], look.hint, look.title), look.labels)
    shown = np.nan_to_num(values[:MOST_ROWS].astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    return _sheet_of(shown, look)


def is_mask(values: Array, image: Array) -> bool:
    """Return whether a tensor can be laid over an image: one channel of 0 to 1, or about 0 to 255, of its size."""
    return (
        values.ndim == 4
        and image.ndim == 4
        and values.shape[-1] == 1
        and values.shape[:3] == image.shape[:3]
        and bool(np.all((values >= -MASK_SLACK) & (values <= WHITE + MASK_SLACK)))
        and bool(np.all(values >= 0) or np.any(values > 1))
    )


def _texts(values: Array, title: str) -> Picture | None:
    items = [item.decode("utf-8", "replace") if isinstance(item, bytes) else str(item) for item in values.ravel()]
    texts = [text[:LONGEST_TEXT] for text in items[:MOST_TEXTS]]
    return Picture("text", title, len(texts), 1, labels=texts, rows=len(values)) if texts else None


def _named(picture: Picture | None, labels: tuple[str, ...]) -> Picture | None:
    if picture is None or not labels or len(labels) != len(picture.values):
        return picture
    return replace(picture, labels=list(labels))


def _sheet_of(rows: Array, look: Look) -> Picture | None:
    count = len(rows)
    if rows[0].size == 1:
        numbers = [float(value) for value in rows.ravel()]
        return Picture("bars", look.title, count, 1, b"", numbers, 0, min(numbers), max(numbers), rows=count)
    if look.hint == "histogram":
        picture = draw(rows.ravel(), "histogram", look.title)
        return None if picture is None else replace(picture, rows=count)
    while rows.ndim > 4:
        # Of a volume the middle slice.
        rows = rows[:, rows.shape[1] // 2]
    channels = rows.shape[-1] if rows.ndim == 4 else 1
    if rows.ndim == 2:
        return _grey("heatmap", look, rows[:, : MOST_VALUES * 4], count, 1)
    if rows.ndim == 3:
        return _grey("heatmap", look, _grid([shrink(row, LONGEST_SIDE) for row in rows]), count, 1)
    if look.hint in {"auto", "image", "overlay"} and channels in {1, 3}:
        return _images(rows, look.title)
    shown = [[shrink(row[..., n], LONGEST_SIDE // 2) for n in range(min(channels, SHEET_CHANNELS))] for row in rows]
    sheet = tile([plane for row in shown for plane in row], len(shown[0]))
    return _grey("channels", look, sheet, count, channels)


def _grid(planes: list[Array]) -> Array:
    return tile(planes, int(np.ceil(np.sqrt(len(planes)))))


def _grey(kind: str, look: Look, values: Array, rows: int, channels: int) -> Picture:
    low, high = float(values.min()), float(values.max())
    picture = Image.fromarray(to_bytes(shrink(values, SHEET_LONGEST), low, high))
    return Picture(
        kind, look.title, picture.width, picture.height, encode_png(picture), [], channels, low, high, rows=rows
    )


def _images(rows: Array, title: str) -> Picture:
    low, high = range_of_image(rows)
    planes = [_grid([shrink(row[..., n], LONGEST_SIDE) for row in rows]) for n in range(rows.shape[-1])]
    sheet = np.stack([shrink(plane, SHEET_LONGEST) for plane in planes], axis=-1)
    pixels = to_bytes(sheet, low, high)
    picture = Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)
    data = encode_png(picture)
    return Picture("image", title, picture.width, picture.height, data, [], rows.shape[-1], low, high, rows=len(rows))


def _overlay(masks: Array, images: Array, title: str) -> Picture:
    masks, images = masks[:MOST_ROWS].astype(np.float32), images[:MOST_ROWS].astype(np.float32)
    low, high = range_of_image(images)
    # As stored, a mask goes to 255; what learns it may go a little beyond.
    masks = masks.clip(0, 1) if masks.max() <= 1 else masks.clip(0, WHITE) / WHITE
    share = _grid([shrink(mask[..., 0], LONGEST_SIDE) for mask in masks])[..., np.newaxis] * 0.7
    last = images.shape[-1] - 1
    planes = [_grid([shrink(image[..., min(n, last)], LONGEST_SIDE) for image in images]) for n in range(3)]
    ground = to_bytes(np.stack(planes, axis=-1), low, high).astype(np.float32)
    mixed = ground * (1 - share) + np.asarray(MASK_COLOUR, np.float32) * share
    picture = Image.fromarray(mixed.clip(0, 255).round().astype(np.uint8))
    picture.thumbnail((SHEET_LONGEST, SHEET_LONGEST), Image.Resampling.BOX)
    return Picture(
        "overlay", title, picture.width, picture.height, encode_png(picture), [], 1, 0.0, 1.0, rows=len(masks)
    )
