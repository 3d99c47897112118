from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from glasswork_cli.data_directory import DataDirectory
from glasswork_cli.inspection import inspect_file, known_dataset
from glasswork_sdk.document import DatasetReference, Document

HASH = "ab" * 32
CSV = "x,y\n1,a\n2,b\n3,a\n"


def test_dataset_of_the_data_directory_is_found_by_its_hash(directory: DataDirectory) -> None:
    kept = directory.path / "datasets" / HASH
    kept.mkdir(parents=True)
    with known_dataset(directory, DatasetReference(source="dataset:x", hash=f"sha256:{HASH}")) as folder:
        assert folder == kept
    with known_dataset(directory, DatasetReference(source="dataset:x", hash="sha256:" + "0" * 64)) as folder:
        assert folder is None


@pytest.mark.parametrize("source", ["example:../examples/wine", "example:nothing", "example:", "dataset:wine"])
def test_what_is_no_example_is_none(directory: DataDirectory, source: str) -> None:
    with known_dataset(directory, DatasetReference(source=source)) as folder:
        assert folder is None


@pytest.mark.parametrize(("name", "file"), [("wine", "wine.csv"), ("digits", "digits.csv")])
def test_example_is_the_installed_one_unpacked(directory: DataDirectory, name: str, file: str) -> None:
    with known_dataset(directory, DatasetReference(source=f"example:{name}")) as folder:
        assert folder is not None
        assert (folder / file).is_file()


def test_file_is_profiled_alone_among_other_tables(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CSV)
    (tmp_path / "b.csv").write_text("z\n1\n")
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as packed:
        packed.write(tmp_path / "a.csv", "a.csv")
    for file in ("a.csv", "packed.zip"):
        found = inspect_file(tmp_path / file, Document())
        assert (found.rows, {item.name for item in found.features}) == (3, {"x", "y"})
