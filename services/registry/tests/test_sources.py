from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest
from glasswork_registry.core.shapes import Shape, shape_of
from glasswork_registry.core.sources import MAX_ENTRIES, Entry, archive, check_path
from glasswork_sdk.errors import InvalidDataset


def packed(path: Path, *names: str | zipfile.ZipInfo, data: bytes = b"x") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in names:
            target.writestr(name, data)
    return path


def shape(*paths: str) -> Shape:
    return shape_of([Entry(path, io.BytesIO) for path in paths])


@pytest.mark.parametrize(
    "name",
    ["../x.csv", "/x.csv", "a/../x.csv", "a//x.csv", "a\\x.csv", "C:x.csv", "a\nb.csv", "./x.csv", "x" * 300, "\x7f"],
)
def test_an_archive_with_a_hostile_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidDataset, match="cannot be kept"), archive(packed(tmp_path / "a.zip", name)):
        pass


def test_a_name_cut_by_a_nul_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", "a.csvX.exe")
    path.write_bytes(path.read_bytes().replace(b"a.csvX.exe", b"a.csv\0.exe"))
    with pytest.raises(InvalidDataset, match="cannot be kept"), archive(path):
        pass


def test_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(InvalidDataset, match="link or device"), archive(packed(tmp_path / "a.zip", link)):
        pass


def test_names_that_differ_in_upper_case_only_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidDataset, match="twice"), archive(packed(tmp_path / "a.zip", "a.csv", "A.csv")):
        pass


def test_an_encrypted_entry_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", "a.csv")
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(InvalidDataset, match="encrypted"), archive(path):
        pass


def test_an_archive_that_unpacks_to_too_much_is_stopped_by_what_comes_out(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", "a.csv", data=bytes(64 * 1024 * 1024))
    with archive(path) as entries, entries[0].open() as file:
        for _ in range(16):
            file.read(1024 * 1024)
        with pytest.raises(InvalidDataset, match="200 times"):
            file.read(1024 * 1024)


def test_more_entries_than_allowed_are_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", *(f"{number}.png" for number in range(MAX_ENTRIES + 1)), data=b"")
    with pytest.raises(InvalidDataset, match=f"at most {MAX_ENTRIES} files"), archive(path):
        pass


def test_a_damaged_entry_is_an_error_that_names_it(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", "a.csv", data=b"a,b\n" * 100)
    data = bytearray(path.read_bytes())
    data[42] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(InvalidDataset, match=r"'a\.csv'.*damaged"), archive(path) as entries:  # noqa: SIM117
        with entries[0].open() as file:
            file.read(1000)


@pytest.mark.parametrize("kind", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_damaged_packing_is_an_error_that_names_it(tmp_path: Path, kind: int) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", kind) as made:
        made.writestr("a.csv", b"a,b\n" * 1000)
    data = bytearray(path.read_bytes())
    start = data.index(b"a.csv") + len("a.csv")
    data[start : start + 20] = b"\xff" * 20
    path.write_bytes(data)
    with pytest.raises(InvalidDataset, match=r"'a\.csv'.*damaged"), archive(path) as entries:  # noqa: SIM117
        with entries[0].open() as file:
            file.read(10_000)


def test_a_file_that_is_the_folder_of_another_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", "b/z.png", "a/x.png/y.png", "a/X.png")
    with pytest.raises(InvalidDataset, match=r"'a/x\.png' is a file and a folder"), archive(path):
        pass


@pytest.mark.parametrize("path", ["a.csv", "images/größe 1.png", "a/b/c-d_e(1).png"])
def test_a_plain_name_is_kept(path: str) -> None:
    assert check_path(path) == path


def test_a_table_and_its_images_keep_their_places() -> None:
    found = shape("data/t.csv", "data/images/1.png", "data/README.txt", "__MACOSX/data/._t.csv", "data/.DS_Store")
    assert (found.table, found.written) == ("t.csv", None)
    assert list(found.entries) == ["t.csv", "images/1.png"]


def test_folders_of_images_get_a_table() -> None:
    found = shape("top/cat/2.png", "top/cat/1.png", "top/dog/sub/1.JPG")
    assert found.written == b"image,label\ncat/1.png,cat\ncat/2.png,cat\ndog/sub/1.JPG,dog\n"
    assert list(found.entries) == ["cat/1.png", "cat/2.png", "dog/sub/1.JPG"]


@pytest.mark.parametrize(
    ("paths", "text"),
    [
        (("a.csv", "b.csv"), "one table, received 2"),
        (("a.txt",), "no CSV, Parquet or NPZ"),
        ((), "no CSV, Parquet or NPZ"),
        (("tables/t.csv", "images/1.png"), "does not lie at the top"),
        (("cat/1.png", "2.png"), "lies in none"),
        (("cat/1.png", "cat/2.png"), "at least two; there is only 'cat'"),
        (("1.png",), "lies in none"),
    ],
)
def test_files_that_make_no_dataset_are_refused_with_what_to_do(paths: tuple[str, ...], text: str) -> None:
    with pytest.raises(InvalidDataset, match=text):
        shape(*paths)
