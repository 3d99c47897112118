from __future__ import annotations

import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from glasswork_registry.core.sources import MAX_ENTRIES, archive
from glasswork_registry.core.zip_directory import count_entries
from glasswork_sdk.errors import InvalidDataset
from hypothesis import given
from hypothesis import strategies as st


def packed(names: list[str], comment: bytes = b"", front: bytes = b"", *, wide: bool = False) -> bytes:
    buffer = io.BytesIO()
    buffer.write(front)
    with zipfile.ZipFile(buffer, "a" if front else "w", allowZip64=True) as made:
        for name in names:
            with made.open(name, "w", force_zip64=wide) as file:
                file.write(b"x")
        made.comment = comment
    return buffer.getvalue()


@given(
    names=st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40), unique=True
    ),
    comment=st.binary(max_size=50),
    front=st.binary(max_size=50),
)
def test_count_is_that_of_zipfile(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], comment: bytes, front: bytes
) -> None:
    path = tmp_path_factory.mktemp("zip") / "a.zip"
    path.write_bytes(packed(names, comment.replace(b"PK", b""), front.replace(b"PK", b"")))
    with zipfile.ZipFile(path) as opened:
        assert count_entries(path, 1_000) == len(opened.infolist())


def test_archive_of_more_than_65535_entries_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(packed([str(number) for number in range(65_600)]))
    assert count_entries(path, 100_000) == 65_600
    assert count_entries(path, 10) == 11


def test_directory_of_a_million_entries_takes_no_memory(tmp_path: Path) -> None:
    one = packed(["a"])
    start = one.index(b"PK\x01\x02")
    end = one.index(b"PK\x05\x06")
    entry = one[start:end]
    path = tmp_path / "a.zip"
    # The end record states one entry, and a directory of a million.
    size = (len(entry) * 1_000_000).to_bytes(4, "little")
    path.write_bytes(one[:start] + entry * 1_000_000 + one[end : end + 12] + size + one[end + 16 :])
    tracemalloc.start()
    try:
        with pytest.raises(InvalidDataset, match=f"at most {MAX_ENTRIES} files"), archive(path):
            pass
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("cut", [b"", b"PK\x05\x06", b"no archive" * 100])
def test_file_without_a_directory_is_no_archive(tmp_path: Path, cut: bytes) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(cut)
    with pytest.raises(InvalidDataset, match="zip archive cannot be read"), archive(path):
        pass


def test_damaged_directory_is_no_archive(tmp_path: Path) -> None:
    data = bytearray(packed(["a", "b"]))
    data[data.index(b"PK\x01\x02") + 1] = 0
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    with pytest.raises(InvalidDataset, match="zip archive cannot be read"), archive(path):
        pass
