from __future__ import annotations

import os
from pathlib import Path

import pytest
from glasswork_servicekit import durable


def test_a_file_is_replaced_as_a_whole_and_nothing_is_left_aside(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    durable.write_json(path, {"a": 1})
    durable.write_json(path, {"a": 2})
    assert path.read_text() == '{\n  "a": 2\n}\n'
    assert os.listdir(tmp_path) == ["x.json"]


def test_a_write_that_fails_leaves_the_old_bytes_and_no_other_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x"
    durable.write_file(path, b"old")

    def full(path: Path, data: bytes) -> None:
        path.write_bytes(data[:1])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(durable, "write_synced", full)
    with pytest.raises(OSError, match="No space left"):
        durable.write_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["x"]


def test_a_number_that_is_not_finite_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        durable.write_json(tmp_path / "x", float("nan"))
    assert os.listdir(tmp_path) == []


def test_nothing_is_moved_over_a_folder_that_is_not_empty(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "x").touch()
    with pytest.raises(FileExistsError):
        durable.move(tmp_path / "new", tmp_path / "old")
    (tmp_path / "old" / "x").unlink()
    durable.move(tmp_path / "new", tmp_path / "old")
    assert os.listdir(tmp_path) == ["old"]


def test_removing_takes_folders_and_links_and_leaves_where_links_lead(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "folder" / "deep").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    durable.remove([tmp_path / "folder", tmp_path / "link", tmp_path / "gone"])
    assert os.listdir(tmp_path) == ["kept"]
