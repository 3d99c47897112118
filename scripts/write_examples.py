"""Write the datasets that ship with Glasswork from scikit-learn's copies; the same bytes every time."""

from __future__ import annotations

import argparse
import csv
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sklearn.datasets import load_diabetes, load_digits, load_wine

EXAMPLES = Path(__file__).resolve().parent.parent / "services/registry/src/glasswork_registry/examples"
UCI_LICENCE = "Creative Commons Attribution 4.0 International (CC BY 4.0), UCI Machine Learning Repository"
WINE_NAMES = {"od280/od315_of_diluted_wines": "od280_od315_of_diluted_wines"}
DIABETES_NAMES = {
    "bp": "blood_pressure",
    "s1": "total_cholesterol",
    "s2": "ldl",
    "s3": "hdl",
    "s4": "cholesterol_ratio",
    "s5": "log_triglycerides",
    "s6": "glucose",
}


def grey_png(pixels: Sequence[Sequence[int]]) -> bytes:
    """Return an 8-bit greyscale PNG; stored, not deflated, so that no version of zlib changes the bytes."""
    header = struct.pack(">IIBBBBB", len(pixels[0]), len(pixels), 8, 0, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + bytes(row) for row in pixels), 0)
    chunks = ((b"IHDR", header), (b"IDAT", body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a CSV file: comma, line feed, a header."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()


def number(value: float) -> int | float:
    """Return an integer where there is no fraction, so that `59.0` is written `59`."""
    return int(value) if float(value).is_integer() else float(value)


def packed(files: Sequence[tuple[str, bytes]]) -> bytes:
    """Return a zip whose entries carry one fixed date."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
        for name, data in files:
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            target.writestr(entry, data)
    return archive.getvalue()


def write(name: str, files: dict[str, bytes], description: dict[str, Any], source: str) -> None:
    """Write one example: its data, `example.json` and `SOURCE.md`."""
    folder = EXAMPLES / name
    folder.mkdir(parents=True, exist_ok=True)
    for file_name, data in files.items():
        (folder / file_name).write_bytes(data)
    facts = json.dumps({"name": name, **description, "file": next(iter(files))}, indent=2, ensure_ascii=False)
    (folder / "example.json").write_text(facts + "\n")
    (folder / "SOURCE.md").write_text(
        f"# {description['title']}\n\n{source.strip()}\n\nLicence: {description['licence']}\n"
    )


def write_digits() -> None:
    """Write the digits: a table of file names and digits beside 1,797 PNG files, in one zip."""
    data = load_digits()
    pictures = [[[round(float(value) * 255 / 16) for value in row] for row in image] for image in data.images]
    names = [f"images/{index:04d}.png" for index in range(len(pictures))]
    rows = table(["image", "digit"], zip(names, map(int, data.target), strict=True))
    files = [("digits.csv", rows), *((name, grey_png(picture)) for name, picture in zip(names, pictures, strict=True))]
    write(
        "digits",
        {"digits.zip": packed(files)},
        {
            "title": "Hand-written digits",
            "summary": "1,797 grey pictures of 8 by 8 pixels, each of a hand-written digit. Say which digit it is.",
            "targets": ["digit"],
            "licence": UCI_LICENCE,
        },
        """The test set of *Optical Recognition of Handwritten Digits* by E. Alpaydin and C. Kaynak (1998),
UCI Machine Learning Repository, https://doi.org/10.24432/C50P49, as carried by scikit-learn.

`digits.zip` holds `digits.csv` with the columns `image` (a file name) and `digit` (0 to 9), and the pictures as
greyscale PNG files. The original grey levels 0 to 16 were multiplied by 255/16 and rounded.""",
    )


def write_digit_halves() -> None:
    """Write the digits again, cut in two: a picture of the upper half, and the ink of the lower half in numbers."""
    data = load_digits()
    upper = [[[round(float(value) * 255 / 16) for value in row] for row in image[:4]] for image in data.images]
    ink = [[int(sum(column)) for column in image[4:].T] for image in data.images]
    names = [f"images/{index:04d}.png" for index in range(len(upper))]
    columns = ["upper", *(f"ink_{number}" for number in range(1, 9)), "digit"]
    rows = [[name, *sums, int(digit)] for name, sums, digit in zip(names, ink, data.target, strict=True)]
    pictures = [(name, grey_png(picture)) for name, picture in zip(names, upper, strict=True)]
    write(
        "digit_halves",
        {"digit_halves.zip": packed([("digit_halves.csv", table(columns, rows)), *pictures])},
        {
            "title": "Halves of digits",
            "summary": "1,797 hand-written digits: a picture of the upper half, and how much ink is in each column of "
            "the lower half. Say which digit it is.",
            "targets": ["digit"],
            "licence": UCI_LICENCE,
        },
        """Derived from the test set of *Optical Recognition of Handwritten Digits* by E. Alpaydin and C. Kaynak (1998),
UCI Machine Learning Repository, https://doi.org/10.24432/C50P49, as carried by scikit-learn.

`digit_halves.zip` holds `digit_halves.csv` with the columns `upper` (a file name), `ink_1` to `ink_8` and `digit`
(0 to 9), and pictures of the upper four rows as greyscale PNG files, their levels multiplied by 255/16 and rounded.
`ink_1` to `ink_8` are the sums of the original grey levels 0 to 16 over the lower four rows,
column by column from the left.""",
    )


def write_wine() -> None:
    """Write the wines: thirteen measurements and the cultivar."""
    data = load_wine()
    columns = [WINE_NAMES.get(name, name) for name in data.feature_names]
    rows = [[*map(number, row), int(kind) + 1] for row, kind in zip(data.data, data.target, strict=True)]
    write(
        "wine",
        {"wine.csv": table([*columns, "cultivar"], rows)},
        {
            "title": "Wine",
            "summary": "178 wines from three cultivars, with 13 chemical measurements. Say which cultivar it is.",
            "targets": ["cultivar"],
            "licence": UCI_LICENCE,
        },
        """*Wine* by S. Aeberhard and M. Forina (1992), UCI Machine Learning Repository,
https://doi.org/10.24432/C5PC7J, as carried by scikit-learn. The cultivars are numbered 1 to 3 as in the original.""",
    )


def write_diabetes() -> None:
    """Write the diabetes patients: ten measurements and the progression of the disease."""
    data = load_diabetes(scaled=False)
    columns = [DIABETES_NAMES.get(name, name) for name in data.feature_names]
    rows = [[*map(number, row), number(target)] for row, target in zip(data.data, data.target, strict=True)]
    write(
        "diabetes",
        {"diabetes.csv": table([*columns, "progression"], rows)},
        {
            "title": "Diabetes",
            "summary": "442 patients with ten measurements. Predict how far the disease went within a year.",
            "targets": ["progression"],
            "licence": "Published with the article for free use; this copy is from scikit-learn (BSD 3-Clause)",
        },
        """From B. Efron, T. Hastie, I. Johnstone and R. Tibshirani, *Least Angle Regression*, Annals of Statistics 32
(2004), 407-499, https://www4.stat.ncsu.edu/~boos/var.select/diabetes.html, as carried by scikit-learn (not scaled).

The columns `bp` and `s1` to `s6` of the original have their meanings as names here. `progression` is a measure of the
disease one year after the other columns were taken.""",
    )


def main() -> int:
    """Write all examples."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    write_digits()
    write_digit_halves()
    write_wine()
    write_diabetes()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
