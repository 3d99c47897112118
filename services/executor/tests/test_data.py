"""Reading datasets, in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from glasswork_executor.worker.data.profile import profile, training_rows
from glasswork_executor.worker.data.requests import rows
from glasswork_executor.worker.data.tables import read_table
from glasswork_sdk.errors import InvalidDataset
from PIL import Image

SPLIT = {"train": 0.7, "validation": 0.2, "test": 0.1, "seed": 123}
Maker = Callable[..., Path]


@pytest.fixture
def csv(tmp_path: Path) -> Maker:
    def write(text: str | bytes) -> Path:
        (tmp_path / "table.csv").write_bytes(text.encode() if isinstance(text, str) else text)
        return tmp_path

    return write


def profiled(folder: Path, types: dict[str, str] | None = None, targets: tuple[str, ...] = ()) -> dict[str, Any]:
    found = profile(read_table(folder), SPLIT, types or {}, targets)
    return {**found, "features": {feature["name"]: feature for feature in found["features"]}}


def column(values: list[Any], name: str = "a") -> str:
    return f"{name}\n" + "\n".join("NA" if value is None else str(value) for value in values) + "\n"


def codes(found: dict[str, Any]) -> list[str]:
    return [warning["code"] for warning in found["warnings"]]


@pytest.mark.parametrize(
    ("values", "types"),
    [
        ([0, 1] * 20, ["binary", "categorical", "numerical"]),
        ([True, False] * 20, ["binary", "categorical", "numerical"]),
        (["yes", "no"] * 20, ["binary", "categorical"]),
        ([1, 2] * 20, ["categorical", "binary", "numerical"]),
        (list(range(10)) * 4, ["categorical", "numerical"]),
        (list(range(1, 44)) * 2, ["categorical", "numerical"]),
        ([2001, 2005, 2009] * 10, ["categorical", "numerical"]),
        (list(range(20, 60)) * 3, ["numerical", "categorical"]),
        (list(range(200)), ["numerical"]),
        ([0.5, 1.5] * 20, ["numerical"]),
        (["red", "green", "blue"] * 10, ["categorical"]),
        ([1, None, 2, 3] * 10, ["categorical", "numerical"]),
    ],
)
def test_the_likeliest_type_comes_first(csv: Maker, values: list[Any], types: list[str]) -> None:
    assert profiled(csv(column(values)))["features"]["a"]["types"] == types


def test_figures_are_those_of_the_training_split(csv: Maker) -> None:
    values = np.random.default_rng(5).normal(3, 2, 100)
    figures = profiled(csv(column(values.tolist())))["features"]["a"]["statistics"]
    order = np.random.default_rng(123).permutation(100)
    train = values[order[:70]]

    assert figures["mean"] == pytest.approx(train.mean(), rel=1e-12)
    assert figures["std"] == pytest.approx(train.std(), rel=1e-12)
    assert (figures["min"], figures["max"]) == (train.min(), train.max())
    assert sum(figures["histogram"]) == 70


@pytest.mark.parametrize("count", [1, 3, 10, 25, 178, 1797])
def test_the_training_rows_are_those_of_the_generated_code(count: int) -> None:
    order = np.random.default_rng(123).permutation(count)

    assert training_rows(count, SPLIT).tolist() == order[: round(0.7 * count)].tolist()


def test_classes_are_sorted_over_the_whole_data_numbers_numerically(csv: Maker) -> None:
    figures = profiled(csv(column([10, 9, 2, 2] * 10)))["features"]["a"]["statistics"]

    assert figures["classes"] == ["2", "9", "10"]
    assert figures["class_counts"] == [20, 10, 10]


def test_a_class_number_beside_missing_values_is_written_without_a_point(csv: Maker) -> None:
    assert profiled(csv(column([1, 2, None] * 5)))["features"]["a"]["statistics"]["classes"] == ["1", "2"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("a,b\n", "has a header and no rows"),
        ("a,b\n1,2\n1,2,3\n", "line 3 has 3 values, expected 2"),
        ("a;b\n1;2\n", "semicolons"),
        (b"a\n\xff\xfe\x00", "no text in UTF-8"),
        (b"name\nM\xfcller\n", "not UTF-8"),
        ("a\n" + "1\n" * 3 + '"open\n', "Mend that line"),
        ("a,b\n1,2,3\n4,5,6\n", "more values in its rows than names"),
        (",".join(f"c{i}" for i in range(5000)) + "\n", "4096"),
    ],
)
def test_a_bad_csv_is_refused_in_words(csv: Maker, text: str | bytes, message: str) -> None:
    with pytest.raises(InvalidDataset, match=message):
        profiled(csv(text))


def test_a_byte_order_mark_is_no_part_of_the_first_name(csv: Maker) -> None:
    assert list(profiled(csv(b"\xef\xbb\xbfa\n1\n2\n"))["features"]) == ["a"]


def test_no_table_and_two_tables_are_refused(csv: Maker, tmp_path: Path) -> None:
    with pytest.raises(InvalidDataset, match="found: none"):
        read_table(tmp_path)
    csv("a\n1\n")
    (tmp_path / "other.csv").write_text("a\n1\n")
    with pytest.raises(InvalidDataset, match=r"other\.csv, table\.csv"):
        read_table(tmp_path)


def test_a_chosen_type_counts_and_a_wrong_one_is_refused_with_its_field(csv: Maker) -> None:
    folder = csv(column([1, 2] * 20))
    assert profiled(folder, {"a": "numerical"})["features"]["a"]["type"] == "numerical"
    with pytest.raises(InvalidDataset, match="can be read as categorical or binary") as caught:
        profiled(folder, {"a": "image"})

    assert caught.value.fields[0].field == "types.a"


def test_a_target_that_is_no_column_is_refused(csv: Maker) -> None:
    with pytest.raises(InvalidDataset, match="no column 'price'"):
        profiled(csv("a\n1\n2\n"), targets=("price",))


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ([1.5, None, 2.5, 3.5], "missing-values"),
        ([7, 7, 7], "constant"),
        (["a"] * 40 + ["b", "b"], "imbalance"),
        ([1.5, 1.5, 2.5], "duplicates"),
        ([f"name {number}" for number in range(30)], "unusable"),
    ],
)
def test_what_a_user_should_know_is_a_warning(csv: Maker, values: list[Any], code: str) -> None:
    assert code in codes(profiled(csv(column(values))))


def test_sound_data_has_no_warning(csv: Maker) -> None:
    lines = [f"{number * 1.5},{number % 3}" for number in range(60)]

    assert codes(profiled(csv("x,y\n" + "\n".join(lines) + "\n"), targets=("y",))) == []


@pytest.mark.parametrize("leak", ["category", "number"])
def test_a_column_that_gives_the_target_away_is_a_warning(csv: Maker, leak: str) -> None:
    random = np.random.default_rng(1)
    targets = random.integers(0, 3, 90)
    leaks: Any = {"category": [f"t{target}" for target in targets], "number": targets * 10 + random.random(90)}[leak]
    lines = [f"{value},{random.random()},{target}" for value, target in zip(leaks, targets, strict=True)]
    found = profiled(csv("leak,noise,target\n" + "\n".join(lines) + "\n"), targets=("target",))

    assert [warning["feature"] for warning in found["warnings"] if warning["code"] == "leaking"] == ["leak"]


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    for number in range(12):
        size = (6, 4) if number else (9, 9)
        Image.new("RGB", size, (number, 0, 0)).save(tmp_path / f"{number}.png")
    (tmp_path / "table.csv").write_text(column([f"{number}.png" for number in range(12)]))
    return tmp_path


def test_an_image_column_has_its_most_frequent_size(pictures: Path) -> None:
    feature = profiled(pictures)["features"]["a"]

    assert feature["types"] == ["image"]
    figures = feature["statistics"]
    assert (figures["height"], figures["width"], figures["channels"]) == (4, 6, 3)
    assert figures["max"] <= 11


def test_grey_images_have_one_channel(tmp_path: Path) -> None:
    Image.new("L", (3, 3), 7).save(tmp_path / "x.png")
    (tmp_path / "table.csv").write_text("a\nx.png\nx.png\n")

    assert profiled(tmp_path)["features"]["a"]["statistics"]["channels"] == 1


def test_a_missing_image_is_named_by_its_row(pictures: Path) -> None:
    (pictures / "4.png").unlink()
    with pytest.raises(InvalidDataset, match=r"Row 5: the image '4\.png' of column 'a' is missing"):
        profiled(pictures)


def test_a_file_that_is_no_image_is_named_by_its_row(pictures: Path) -> None:
    (pictures / "4.png").write_text("not a picture")
    with pytest.raises(InvalidDataset, match=r"Row 5: '4\.png' of column 'a' cannot be read") as caught:
        profiled(pictures)

    assert str(pictures) not in caught.value.message


def test_an_image_outside_of_the_dataset_is_refused(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret.png"
    Image.new("L", (3, 3)).save(outside)
    (pictures / "4.png").unlink()
    (pictures / "4.png").symlink_to(outside)
    with pytest.raises(InvalidDataset, match="outside of the dataset"):
        profiled(pictures)


def test_a_huge_image_is_refused_before_it_is_decoded(pictures: Path) -> None:
    Image.new("1", (6000, 6000)).save(pictures / "4.png")
    with pytest.raises(InvalidDataset, match="6000 × 6000 pixels"):
        profiled(pictures)


def test_long_texts_that_are_all_different_are_not_listed_as_classes(csv: Maker) -> None:
    texts = [f"{place} {'word ' * 80}" for place in range(1_000)]
    figures = profiled(csv(column(texts)))["features"]["a"]["statistics"]
    assert figures["unique"] == 1_000
    assert "classes" not in figures


def test_values_that_cannot_be_compared_are_an_error_that_names_their_column(tmp_path: Path) -> None:
    pd.DataFrame({"a": [[1], [2]], "b": [1, 2]}).to_parquet(tmp_path / "table.parquet")
    with pytest.raises(InvalidDataset, match="'a'"):
        profiled(tmp_path)


def test_a_long_column_of_numbers_and_texts_is_one_of_texts(csv: Maker) -> None:
    # pandas reads a long table in parts, each with a type of its own.
    path = csv("zip,b\n" + "12345,1\n" * 600_000 + "A1,2\n" * 600_000)
    assert profiled(path)["features"]["zip"]["statistics"]["classes"] == ["12345", "A1"]


def test_arrays_hold_images_and_classes(tmp_path: Path) -> None:
    images = np.arange(20 * 5 * 4, dtype=np.uint8).reshape(20, 5, 4)
    np.savez(tmp_path / "table.npz", image=images, label=np.arange(20) % 4)
    found = profiled(tmp_path)

    assert found["features"]["image"]["statistics"]["width"] == 4
    assert found["features"]["label"]["types"] == ["categorical", "numerical"]


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"a": np.zeros(3), "b": np.zeros(4)}, "different numbers of rows"),
        ({"a": np.zeros((3, 2))}, "expected \\(rows,\\)"),
        ({"a": np.array([{}], dtype=object)}, "cannot be read"),
    ],
)
def test_bad_arrays_are_refused(tmp_path: Path, arrays: dict[str, Any], message: str) -> None:
    np.savez(tmp_path / "table.npz", **arrays)
    with pytest.raises(InvalidDataset, match=message):
        profiled(tmp_path)


def test_parquet_is_read(tmp_path: Path) -> None:
    pd.DataFrame({"x": [0.5, 1.5] * 10, "y": ["a", "b"] * 10}).to_parquet(tmp_path / "table.parquet")
    found = profiled(tmp_path)

    assert {name: feature["type"] for name, feature in found["features"].items()} == {"x": "numerical", "y": "binary"}


def test_a_broken_parquet_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "table.parquet").write_bytes(b"PAR1 nothing PAR1")
    with pytest.raises(InvalidDataset, match="cannot be read"):
        profiled(tmp_path)


def test_rows_are_read_page_by_page_as_they_stand(csv: Maker) -> None:
    table = read_table(csv("a,b\n1,x\n,y\n3,z\n"))
    first = rows(table, 0, 2)

    assert first == {"rows": [{"a": 1.0, "b": "x"}, {"a": None, "b": "y"}], "next": 2}
    assert rows(table, 2, 2) == {"rows": [{"a": 3.0, "b": "z"}], "next": None}
    assert rows(table, 9, 2) == {"rows": [], "next": None}
