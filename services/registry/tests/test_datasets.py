from __future__ import annotations

import contextlib
import hashlib
import os
import socket
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from glasswork_registry.core.datasets import folder_hash
from glasswork_registry.core.records import Dataset, Draft
from glasswork_registry.core.registry import Registry
from glasswork_registry.core.sidecars import read_sidecar, write_sidecar
from glasswork_sdk.document import Document
from glasswork_sdk.errors import Exhausted, Forbidden, InvalidDataset, InvalidInput, NotFound

from services.registry.tests.postgresql import on_both_databases

CSV = b"a,b\n1,2\n3,4\n"
Upload = Callable[..., Dataset]


@pytest.fixture
def upload(registry: Registry) -> Upload:
    def run(data: bytes = CSV, file_name: str = "table.csv", name: str = "") -> Dataset:
        with registry.datasets.stage() as staged:
            staged.write(data)
            staged.finish()
            return registry.datasets.take_upload(name, file_name, staged)

    return run


def test_an_upload_lies_in_a_folder_named_by_its_content(registry: Registry, upload: Upload) -> None:
    dataset = upload(name="My table")
    assert (dataset.slug, dataset.name) == ("my-table", "My table")
    assert dataset.hash == folder_hash({"table.csv": hashlib.sha256(CSV).hexdigest()})
    assert (registry.layout.datasets / dataset.hash / "table.csv").read_bytes() == CSV
    assert list(registry.layout.staging.iterdir()) == []


@on_both_databases
def test_the_same_content_again_is_the_same_dataset(registry: Registry, upload: Upload) -> None:
    assert upload(name="One").slug == upload(name="Two").slug == "one"
    assert len(registry.datasets.list(0, "").items) == 1


@on_both_databases
def test_a_dataset_is_found_by_slug_and_by_hash(registry: Registry, upload: Upload) -> None:
    dataset = upload()
    assert registry.datasets.get("table").hash == registry.datasets.get(f"sha256:{dataset.hash}").hash
    with pytest.raises(NotFound, match="no dataset"):
        registry.datasets.get("sha256:../x")


@on_both_databases
def test_a_dataset_that_the_index_was_not_told_of_keeps_its_name_to_itself(
    registry: Registry, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("the database is away")

    with monkeypatch.context() as patch:
        patch.setattr("glasswork_registry.core.index.put_dataset", fail)
        with pytest.raises(OSError, match="away"):
            upload()
    second = upload(b"a,b\n5,6\n")
    assert second.slug == "table-2"
    registry.reindex()
    assert {item.slug for item in registry.datasets.list(0, "").items} == {"table", "table-2"}


@on_both_databases
def test_two_datasets_of_one_name_on_the_disk_are_two_in_the_index(registry: Registry, upload: Upload) -> None:
    first, second = upload(), upload(b"a,b\n5,6\n", name="other")
    write_sidecar(registry.layout.datasets, replace(second, slug=first.slug))
    registry.reindex()
    assert registry.datasets.get("table").hash == first.hash
    renamed = registry.datasets.get("table-2")
    assert renamed.hash == second.hash
    registry.datasets.put_profile("table-2", {"rows": 1})
    assert registry.datasets.get("table-2").profile == {"rows": 1}


@on_both_databases
def test_a_profile_stays_with_the_content(registry: Registry, upload: Upload) -> None:
    dataset = upload()
    registry.datasets.put_profile("table", {"hash": f"sha256:{dataset.hash}", "rows": 2})
    assert upload().profile == {"hash": f"sha256:{dataset.hash}", "rows": 2}
    with pytest.raises(InvalidInput, match="profile is of"):
        registry.datasets.put_profile("table", {"hash": "sha256:" + "0" * 64})


@on_both_databases
def test_columns_stay_in_the_order_of_the_file(registry: Registry, upload: Upload) -> None:
    dataset = upload()
    columns = {name: {"type": "numerical"} for name in ("zebra", "apple", "None")}
    registry.datasets.put_profile("table", {"hash": f"sha256:{dataset.hash}", "features": columns})
    stored = registry.datasets.get("table").profile
    written = read_sidecar(registry.layout.datasets, dataset.hash)
    assert stored is not None
    assert list(stored["features"]) == ["zebra", "apple", "None"]
    assert written is not None
    assert written.profile is not None
    assert list(written.profile["features"]) == ["zebra", "apple", "None"]


def test_a_deleted_dataset_goes_with_its_files_where_nobody_needs_it(registry: Registry, upload: Upload) -> None:
    dataset = upload()
    registry.datasets.delete("table")
    assert not (registry.layout.datasets / dataset.hash).exists()
    with pytest.raises(NotFound):
        registry.datasets.get(f"sha256:{dataset.hash}")


@on_both_databases
def test_a_deleted_dataset_keeps_the_files_that_a_version_needs(
    registry: Registry, upload: Upload, document: Callable[..., Document]
) -> None:
    dataset = upload()
    registry.models.create("Wine")
    registry.versions.save(Draft("wine", document=document(1, dataset.hash)))
    registry.datasets.delete("table")
    assert registry.datasets.list(0, "").items == []
    assert registry.datasets.get(f"sha256:{dataset.hash}").deleted
    assert (registry.layout.datasets / dataset.hash / "table.csv").is_file()
    assert upload().slug == "table"
    assert not registry.datasets.get("table").deleted


def test_a_version_says_what_its_data_was(
    registry: Registry, upload: Upload, document: Callable[..., Document]
) -> None:
    dataset = upload()
    registry.models.create("Wine")
    version = registry.versions.save(Draft("wine", document=document(1, dataset.hash), profile={"rows": 2}))
    (files,) = registry.models.git(registry.layout.model("wine")).read([version.id], ("dataset.json",))
    assert f'"table.csv": "{hashlib.sha256(CSV).hexdigest()}"'.encode() in files["dataset.json"]
    assert b'"rows": 2' in files["dataset.json"]


@pytest.mark.parametrize(
    ("data", "file_name", "text"),
    [
        (b"", "t.csv", "is empty"),
        (b"\n1,2\n", "t.csv", "must name the columns"),
        (b"a,b\0\n", "t.csv", "not text"),
        (b"x" * 1_100_000, "t.csv", "first line"),
        (b"a," * 5000 + b"\n", "t.csv", "at most 4096 columns"),
        (b"PAR1", "t.parquet.exe", "expected .csv"),
        (b"nothing", "t.parquet", "no Parquet file"),
        (b"nothing", "t.npz", "no NPZ file"),
        (b"nothing", "t.zip", "cannot be read"),
        (CSV, "t", "expected .csv"),
    ],
)
def test_what_is_no_dataset_is_refused_and_leaves_nothing(
    registry: Registry, upload: Upload, data: bytes, file_name: str, text: str
) -> None:
    with pytest.raises(InvalidDataset, match=text):
        upload(data, file_name)
    assert [path.name for path in sorted(registry.layout.datasets.iterdir())] == [".staging", ".trash"]
    assert [path for path in registry.layout.datasets.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("file_name", ["../../etc/x.csv", "C:\\a\\x.csv", "/x.csv", "a/b/x.csv"])
def test_a_file_name_with_a_path_is_cut_to_its_end(registry: Registry, upload: Upload, file_name: str) -> None:
    dataset = upload(CSV, file_name)
    assert list(dataset.files) == ["x.csv"]


def test_more_bytes_than_the_limit_are_refused(registry: Registry, tmp_path: Path) -> None:
    object.__setattr__(registry.datasets, "limit", 4)
    (tmp_path / "t.csv").write_bytes(CSV)
    with pytest.raises(Exhausted, match="larger than the limit"):
        registry.datasets.take_file(tmp_path / "t.csv", "t.csv")


@on_both_databases
def test_pages_of_datasets_hold_each_once(registry: Registry, upload: Upload) -> None:
    for number in range(3):
        upload(CSV + b"%d,0\n" % number, name=f"d{number}")
    first = registry.datasets.list(2, "")
    second = registry.datasets.list(2, first.next_token)
    assert [dataset.slug for dataset in [*first.items, *second.items]] == ["d2", "d1", "d0"]


def test_a_path_below_a_root_is_imported(registry: Registry, tmp_path: Path) -> None:
    folder = tmp_path / "allowed" / "set"
    folder.mkdir(parents=True)
    (folder / "t.csv").write_bytes(CSV)
    (folder / "notes.txt").write_text("x")
    (folder / "link.csv").symlink_to("/etc/passwd")
    assert registry.importer.take_path(str(folder)).slug == "set"
    assert list(registry.importer.take_path(str(folder / "t.csv")).files) == ["t.csv"]


def test_a_path_outside_the_roots_is_forbidden_also_through_a_link(registry: Registry, tmp_path: Path) -> None:
    sibling = tmp_path / "allowed-not"
    sibling.mkdir()
    (tmp_path / "allowed").mkdir()
    (sibling / "t.csv").write_bytes(CSV)
    (tmp_path / "allowed" / "link").symlink_to(sibling)
    for path in (
        "t.csv",
        str(sibling / "t.csv"),
        f"{tmp_path}/allowed/link/t.csv",
        f"{tmp_path}/allowed/../allowed-not",
    ):
        with pytest.raises(Forbidden, match="GLASSWORK_DATA_ROOTS"):
            registry.importer.take_path(path)


@pytest.mark.parametrize("kind", ["pipe", "piped.zip", "socket", "device", "circle", "long", "long/t.csv"])
def test_path_that_cannot_be_read_as_a_file_is_refused_without_waiting(
    registry: Registry, tmp_path: Path, kind: str
) -> None:
    root = tmp_path / "allowed"
    root.mkdir()
    name = {"long": "n" * 5_000, "long/t.csv": "n" * 5_000 + "/t.csv"}.get(kind, kind)
    if kind.startswith("pipe"):
        os.mkfifo(root / name)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as made, contextlib.chdir(root):
            made.bind("socket")
    elif kind == "device":
        os.mknod(root / name, stat.S_IFCHR | 0o600, os.makedev(1, 5)) if os.getuid() == 0 else os.mkfifo(root / name)
    elif kind == "circle":
        (root / name).symlink_to(root / name)
    with pytest.raises((InvalidInput, InvalidDataset), match=r"cannot be followed|is a pipe, a socket or a device"):
        registry.importer.take_path(str(root / name))


def test_pipes_and_circles_in_a_folder_are_left_out(registry: Registry, tmp_path: Path) -> None:
    folder = tmp_path / "allowed" / "set"
    folder.mkdir(parents=True)
    (folder / "t.csv").write_bytes(CSV)
    os.mkfifo(folder / "pipe.csv")
    (folder / "circle").symlink_to(folder / "circle")
    assert list(registry.importer.take_path(str(folder)).files) == ["t.csv"]


def test_nothing_at_a_path_is_not_found(registry: Registry, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="nothing at"):
        registry.importer.take_path(str(tmp_path / "allowed" / "x.csv"))
    with pytest.raises(InvalidInput, match="no path"):
        registry.importer.take_path("a\0b")


def test_the_examples_are_listed_and_taken_in(registry: Registry) -> None:
    names = [example.name for example in registry.importer.list_examples(0, "").items]
    assert names == ["diabetes", "digit_halves", "digits", "wine"]
    digits = registry.importer.take_example("digits")
    folder = registry.layout.datasets / digits.hash
    assert digits.targets == ("digit",)
    assert len(list(folder.glob("images/*.png"))) == 1797
    assert (folder / "digits.csv").read_text().startswith("image,digit\nimages/0000.png,0\n")
    assert digits.hash == "81463e70b9261032a13819ba7d3cb29872160c9897b3ab747a494d3b7daf7b7b"
    with pytest.raises(NotFound, match="diabetes, digit_halves, digits, wine"):
        registry.importer.take_example("../wine")
