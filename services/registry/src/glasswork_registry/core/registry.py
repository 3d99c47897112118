"""The registry as a whole: opened on a data directory, with what a killed one left half done finished or forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from glasswork_servicekit.durable import remove

from glasswork_registry.core import index
from glasswork_registry.core.database import Database, set_aside_if_broken, sqlite_url
from glasswork_registry.core.datasets import DatasetStore
from glasswork_registry.core.imports import Importer
from glasswork_registry.core.indexing import index_all
from glasswork_registry.core.layout import Layout
from glasswork_registry.core.locks import NamedLocks, RootLock
from glasswork_registry.core.models import ModelStore
from glasswork_registry.core.plumbing import Plumbing
from glasswork_registry.core.records import Counts
from glasswork_registry.core.versions import VersionStore, follow_working_copy

DEFAULT_LIMIT: Final = 2 * 1024**3


@dataclass(frozen=True)
class Registry:
    """Models, versions and datasets of one data directory. Open one with `open_registry`."""

    layout: Layout
    lock: RootLock
    database: Database
    models: ModelStore
    versions: VersionStore
    datasets: DatasetStore
    importer: Importer

    def reindex(self) -> Counts:
        """Make the index anew from git and files alone; nobody sees it half done."""
        with self.database.writing() as connection:
            index.clear(connection)
            return index_all(connection, self.layout, self._plumbing())

    def check(self) -> list[str]:
        """Return what is wrong with the repositories, a line each; nothing where all are whole."""
        return [f"{slug}: {line}" for slug, git in self._plumbing().items() for line in git.check()]

    def close(self) -> None:
        """Give the data directory back."""
        self.database.close()
        self.lock.release()

    def recover(self) -> None:
        """Finish or forget what a killed registry left half done. Only while the root lock is held."""
        remove([*self.layout.staging.iterdir(), *self.layout.dataset_staging.iterdir()])
        remove(self.layout.datasets.glob(".*.tmp"))
        plumbing = self._plumbing()
        for slug, git in plumbing.items():
            git.remove_stale_locks()
            folder = self.layout.model(slug)
            remove([*folder.path.glob(".*.tmp"), *folder.document.parent.glob(".*.tmp")])
        with self.database.writing() as connection:
            for intent in index.take_intents(connection):
                if intent["model"] in plumbing:
                    self._finish(intent["model"], plumbing[intent["model"]])
            index_all(connection, self.layout, plumbing)

    def _finish(self, slug: str, git: Plumbing) -> None:
        """Do what follows the commit point of a save, where it was reached."""
        head = git.head()
        if head:
            (files,) = git.read([head], ("model.json",))
            follow_working_copy(self.layout.model(slug), head, files.get("model.json", b""))

    def _plumbing(self) -> dict[str, Plumbing]:
        return {folder.slug: self.models.git(folder) for folder in self.layout.model_folders()}


def open_registry(
    root: Path,
    datasets: Path | None = None,
    *,
    database_url: str = "",
    data_roots: Sequence[Path] = (),
    dataset_limit: int = DEFAULT_LIMIT,
    wait: float = 10.0,
) -> Registry:
    """Open the registry of a data directory; it may be new, or left by one that was killed.

    Args:
        root: the data directory.
        datasets: the folder of datasets; None for the one below `root`.
        database_url: SQLAlchemy's address of the index; empty for an SQLite file below `root`.
        data_roots: the folders below which datasets may be imported by path.
        dataset_limit: bytes >= 0 that a dataset may have, default 2 GiB.
        wait: seconds >= 0 to wait for another registry on the same directory, default 10.

    Raises:
        Unavailable: another registry uses the directory.
    """
    layout = Layout(root, datasets or root / "datasets")
    layout.make_folders()
    lock = RootLock.acquire(layout.lock, wait)
    try:
        if not database_url:
            set_aside_if_broken(layout.database)
        registry = _compose(
            layout, lock, Database(database_url or sqlite_url(layout.database)), data_roots, dataset_limit
        )
    except BaseException:
        lock.release()
        raise
    try:
        registry.database.migrate()
        registry.recover()
    except BaseException:
        registry.close()
        raise
    return registry


def _compose(layout: Layout, lock: RootLock, database: Database, roots: Sequence[Path], limit: int) -> Registry:
    locks = NamedLocks()
    models = ModelStore(layout, database, locks, (lock.descriptor,))
    datasets = DatasetStore(layout, database, locks, limit)
    return Registry(layout, lock, database, models, VersionStore(models), datasets, Importer(datasets, roots))
