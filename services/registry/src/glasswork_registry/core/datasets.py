"""Datasets: folders named by the hash of what they hold, written once and never changed."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, Final

from glasswork_sdk.errors import Exhausted, FieldViolation, InvalidDataset, InvalidInput, NotFound
from glasswork_servicekit.durable import move, remove, sync_tree
from glasswork_servicekit.paging import Page

from glasswork_registry.core import index
from glasswork_registry.core.database import Database
from glasswork_registry.core.layout import Layout, free_slug, slug_of
from glasswork_registry.core.locks import NamedLocks
from glasswork_registry.core.records import Dataset
from glasswork_registry.core.shapes import TABLES, shape_of
from glasswork_registry.core.sidecars import read_sidecar, read_sidecars, sidecar_path, write_sidecar
from glasswork_registry.core.sources import Entry, archive, single_file
from glasswork_registry.core.staging import StagedFile
from glasswork_registry.core.tablecheck import check_table

_CHUNK: Final = 1024 * 1024
_LOCK: Final = ":datasets"
_UNPORTABLE: Final = re.compile(r"[^\w. ()+-]")


@dataclass(frozen=True)
class DatasetStore:
    """Takes in, lists and removes datasets.

    Args:
        layout: the data directory.
        database: the index.
        locks: shared with the models; datasets are taken in one at a time.
        limit: bytes >= 0 that a dataset may have.
    """

    layout: Layout
    database: Database
    locks: NamedLocks
    limit: int

    def stage(self) -> StagedFile:
        """Return a file to write an upload to while it comes in; to be given to `take_upload`."""
        return StagedFile(self.layout.dataset_scratch(), self.limit, "dataset")

    def take_upload(self, name: str, file_name: str, staged: StagedFile) -> Dataset:
        """Take in an uploaded file.

        Args:
            name: free name; empty for the file's.
            file_name: its ending says what it is: csv, parquet, npz or zip.
            staged: the finished file.

        Raises:
            InvalidDataset: it cannot be read as a dataset.
        """
        return self.take_file(staged.path, file_name, name)

    def take_file(self, path: Path, file_name: str, name: str = "", targets: Sequence[str] = ()) -> Dataset:
        """Take in a table or a zip archive that lies on this machine.

        Args:
            path: the file.
            file_name: what it is called; its ending says what it is.
            name: free name; empty for the file's.
            targets: the columns that it declares as targets.

        Raises:
            InvalidDataset: it cannot be read as a dataset.
        """
        plain = file_name.replace("\\", "/").rpartition("/")[2]
        stem, ending = PurePosixPath(plain).stem, PurePosixPath(plain).suffix.lower()
        if ending == ".zip":
            with archive(path) as entries:
                return self.take(entries, name or stem, targets)
        if ending in TABLES:
            portable = _UNPORTABLE.sub("_", stem)[:100].strip(". ") or "data"
            return self.take(single_file(path, portable + ending), name or stem, targets)
        raise InvalidDataset(
            f"The file {plain[:100]!r} ends in {ending or 'nothing'}; expected .csv, .parquet, .npz or .zip.",
            fields=[FieldViolation("file_name", "expected an ending of .csv, .parquet, .npz or .zip")],
        )

    def take(self, entries: Sequence[Entry], name: str, targets: Sequence[str] = ()) -> Dataset:
        """Take in the files of a source; the same content again is the dataset that is there already.

        Raises:
            Exhausted: the files are larger than the limit.
            InvalidDataset: they make no dataset.
        """
        shape = shape_of(entries)
        scratch = self.layout.dataset_scratch()
        try:
            files = self._write(scratch, shape.entries, shape.written, shape.table)
            check_table(scratch / shape.table)
            return self._keep(scratch, files, name, targets)
        finally:
            remove([scratch])

    def get(self, name: str) -> Dataset:
        """Return a dataset by its slug, or by `sha256:` and its hash.

        Raises:
            NotFound: there is no such dataset.
        """
        with self.database.reading() as connection:
            found = index.find_dataset(connection, name)
        if found is None:
            raise NotFound(f"There is no dataset {name[:80]!r}. List the datasets to see their names.")
        return found

    def list(self, size: int, token: str) -> Page[Dataset]:
        """Return a page of datasets, the newest first.

        Raises:
            InvalidInput: a bad size or token.
        """
        with self.database.reading() as connection:
            return index.list_datasets(connection, size, token)

    def put_profile(self, name: str, profile: Mapping[str, Any]) -> Dataset:
        """Keep what was found out about a dataset.

        Raises:
            InvalidInput: the profile is of other content.
            NotFound: there is no such dataset.
        """
        with self.locks.hold(_LOCK):
            dataset = self._stored(self.get(name).hash)
            measured = profile.get("hash")
            if measured and measured != f"sha256:{dataset.hash}":
                raise InvalidInput(
                    f"The profile is of {measured}, but dataset {dataset.slug!r} is sha256:{dataset.hash}.",
                    fields=[FieldViolation("profile.hash", "not the hash of the dataset")],
                )
            return self._enter(replace(dataset, profile=profile))

    def delete(self, name: str) -> None:
        """Remove a dataset from the list, and its files where no version and no working copy needs them.

        Raises:
            NotFound: there is no such dataset.
        """
        with self.locks.hold(_LOCK):
            dataset = self._stored(self.get(name).hash)
            with self.database.reading() as connection:
                used = index.is_dataset_used(connection, dataset.hash)
            if used:
                self._enter(replace(dataset, deleted=True))
                return
            remove([sidecar_path(self.layout.datasets, dataset.hash)])
            move(self.layout.datasets / dataset.hash, self.layout.dataset_trash_name(dataset.hash))
            with self.database.writing() as connection:
                index.drop_dataset(connection, dataset.hash)

    def _write(self, scratch: Path, entries: Mapping[str, Entry], written: bytes | None, table: str) -> dict[str, str]:
        """Write the files aside and return their hashes."""
        left = self.limit
        hashes: dict[str, str] = {}
        scratch.mkdir()
        for path, entry in entries.items():
            target = scratch / path
            target.parent.mkdir(parents=True, exist_ok=True)
            hashes[path], size = _copy(entry, target, left)
            left -= size
        if written is not None:
            (scratch / table).write_bytes(written)
            hashes[table] = hashlib.sha256(written).hexdigest()
        sync_tree(scratch)
        return hashes

    def _keep(self, scratch: Path, files: dict[str, str], name: str, targets: Sequence[str]) -> Dataset:
        sha256 = folder_hash(files)
        with self.locks.hold(_LOCK):
            known = read_sidecar(self.layout.datasets, sha256)
            if known is not None:
                return self._enter(replace(known, deleted=False, targets=known.targets or tuple(targets)))
            home = self.layout.datasets / sha256
            remove([home])  # a folder without its sidecar is what a killed registry left
            move(scratch, home)
            created = time.time_ns() // 1000
            shown = "".join(letter for letter in name if letter.isprintable()).strip()[:200] or "dataset"
            dataset = Dataset(self._free_slug(shown), shown, sha256, created, tuple(targets), None, files)
            return self._enter(dataset)

    def _enter(self, dataset: Dataset) -> Dataset:
        write_sidecar(self.layout.datasets, dataset)
        with self.database.writing() as connection:
            index.put_dataset(connection, dataset)
        return dataset

    def _stored(self, sha256: str) -> Dataset:
        dataset = read_sidecar(self.layout.datasets, sha256)
        if dataset is None:
            raise NotFound(f"The files of dataset sha256:{sha256} are gone. Take it in again.")
        return dataset

    def _free_slug(self, name: str) -> str:
        # The files know of datasets that the index could not be told of.
        return free_slug(slug_of(name, "dataset"), {known.slug for known in read_sidecars(self.layout.datasets)})


def folder_hash(files: Mapping[str, str]) -> str:
    """Return the hash of a folder: sha256 over the lines `<sha256>  <path>`, by path, as sha256sum prints them."""
    lines = "".join(f"{files[path]}  {path}\n" for path in sorted(files))
    return hashlib.sha256(lines.encode()).hexdigest()


def _copy(entry: Entry, target: Path, limit: int) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with entry.open() as source, target.open("xb") as copy:
        while chunk := source.read(_CHUNK):
            size += len(chunk)
            if size > limit:
                raise Exhausted("The files of the dataset are larger than the limit for a dataset. Use a smaller one.")
            digest.update(chunk)
            copy.write(chunk)
    return digest.hexdigest(), size
