"""Masks: pictures that are learnt from other pictures, shown over those."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.running import Glasswork

pytestmark = [pytest.mark.services, pytest.mark.tensorflow]
ROWS = 30


def png(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def photos(folder: Path) -> Path:
    """Write a zip of pictures with a bright square each, and of masks that say where it is."""
    random = np.random.default_rng(1)
    lines = ["photo,mask"]
    path = folder / "squares.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for row in range(ROWS):
            mask = np.zeros((16, 16), np.uint8)
            top, left = random.integers(0, 10, 2)
            mask[top : top + 6, left : left + 6] = 255
            photo = np.clip(mask * 0.5 + random.integers(0, 100, (16, 16)), 0, 255).astype(np.uint8)
            for kind, pixels in (("photo", photo), ("mask", mask)):
                archive.writestr(f"{kind}/{row}.png", png(pixels))
            lines.append(f"photo/{row}.png,mask/{row}.png")
        archive.writestr("squares.csv", "\n".join(lines) + "\n")
    return path


def test_a_predicted_mask_is_shown_over_its_picture(glasswork: Glasswork, tmp_path: Path) -> None:
    client = glasswork.client
    dataset = client.upload(photos(tmp_path))
    graph = client.post("/suggest", {"dataset": dataset["id"], "targets": ["mask"]})["graph"]
    last = next(item["from"] for item in graph["connections"] if item["to"] == "train.predictions").partition(".")[0]
    told = client.post("/preview", {"graph": graph})["components"][last]

    assert told["state"] == "ok", told["error"]
    assert (told["visualization"]["kind"], told["shape"]) == ("overlay", [16, 16, 1])
    assert told["visualization"]["png"]
