"""Models and their working copies."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass

from glasswork_sdk.document import Document
from glasswork_sdk.errors import Conflict, FieldViolation, InvalidInput
from glasswork_servicekit.durable import move, remove, sync_tree, write_file
from glasswork_servicekit.paging import Page

from glasswork_registry.core import index
from glasswork_registry.core.database import Database
from glasswork_registry.core.indexing import index_model, read_model
from glasswork_registry.core.layout import Layout, ModelFolder, numbered, slug_of
from glasswork_registry.core.locks import NamedLocks
from glasswork_registry.core.plumbing import Plumbing
from glasswork_registry.core.records import Model, StoredCopy, WorkingCopy

_MAX_NAME = 200


@dataclass(frozen=True)
class ModelStore:
    """Makes, lists, renames and removes models, and keeps their working copies.

    Args:
        layout: the data directory.
        database: the index.
        locks: one writer a model.
        held: descriptors that git children inherit.
    """

    layout: Layout
    database: Database
    locks: NamedLocks
    held: tuple[int, ...] = ()

    def create(self, name: str, document: Document | None = None) -> Model:
        """Make a model.

        Args:
            name: free name; the slug is made from it.
            document: the first working copy; None for an empty one.

        Raises:
            InvalidInput: an empty or overlong name.
        """
        _check_name(name)
        fresh = ModelFolder(self.layout.scratch())
        try:
            self._write_new(fresh, name, document or Document())
            folder = self._place(fresh, slug_of(name, "model"))
        except BaseException:
            remove([fresh.path])
            raise
        with self.locks.hold(folder.slug):
            return self._refresh(folder)

    def get(self, slug: str) -> Model:
        """Return a model.

        Raises:
            NotFound: there is no model of that name.
        """
        folder = self.layout.model(slug)
        with self.database.reading() as connection:
            model = index.find_model(connection, slug)
        if model is not None and model.head == self.git(folder).head():
            return model
        with self.locks.hold(slug):
            return self._refresh(folder)

    def list(self, size: int, token: str) -> Page[Model]:
        """Return a page of models, the last changed first.

        Raises:
            InvalidInput: a bad size or token.
        """
        with self.database.reading() as connection:
            return index.list_models(connection, size, token)

    def rename(self, slug: str, name: str) -> Model:
        """Change a model's free name; its slug stays.

        Raises:
            InvalidInput: an empty or overlong name.
            NotFound: there is no model of that name.
        """
        _check_name(name)
        with self.locks.hold(slug):
            folder = self.layout.model(slug)
            about = json.loads(folder.about.read_bytes())
            write_file(folder.about, _about(name, about["created"]))
            return self._refresh(folder)

    def delete(self, slug: str) -> None:
        """Move a model to the trash; its slug is not given to another.

        Raises:
            NotFound: there is no model of that name.
        """
        with self.locks.hold(slug):
            move(self.layout.model(slug).path, self.layout.trash_name(slug))
            with self.database.writing() as connection:
                index.drop_model(connection, slug)

    def duplicate(self, slug: str, name: str) -> Model:
        """Copy a model's working copy into a new model.

        Args:
            slug: the model to copy.
            name: free name of the copy; empty for one made from the original's.

        Raises:
            InvalidInput: an overlong name.
            NotFound: there is no model of that name.
        """
        original = self.get(slug)
        copied = self.working_copy(slug)
        return self.create(name or f"{original.name[: _MAX_NAME - 5]} copy", copied.document)

    def working_copy(self, slug: str) -> WorkingCopy:
        """Return a model's working copy.

        Raises:
            NotFound: there is no model of that name.
        """
        stored = self.read_working_copy(slug)
        return WorkingCopy(Document.parse(stored.data), stored.etag, stored.base)

    def read_working_copy(self, slug: str) -> StoredCopy:
        """Return a model's working copy as it is stored.

        Raises:
            NotFound: there is no model of that name.
        """
        folder = self.layout.model(slug)
        with self.locks.hold(slug):
            data = folder.document.read_bytes()
            base = folder.base.read_text().strip()
        return StoredCopy(data, hashlib.sha256(data).hexdigest(), base)

    def put_working_copy(self, slug: str, document: Document, if_match: str, base: str | None = None) -> WorkingCopy:
        """Write a model's working copy.

        Args:
            slug: the model.
            document: what to write.
            if_match: the etag that the caller read; empty to write whatever is there.
            base: the commit that it comes from; None to leave that as it is.

        Raises:
            Conflict: the working copy is not the one that the caller read; `metadata` has the present `etag`.
            NotFound: there is no model of that name.
        """
        data = document.canonical().encode()
        with self.locks.hold(slug):
            folder = self.layout.model(slug)
            present = hashlib.sha256(folder.document.read_bytes()).hexdigest()
            if if_match and if_match != present:
                raise _lost_update(slug, present)
            if base is not None:
                write_file(folder.base, base.encode())
            write_file(folder.document, data)
            model = self._refresh(folder)
        return WorkingCopy(document, model.etag, model.base)

    def git(self, folder: ModelFolder) -> Plumbing:
        """Return the repository of a model."""
        return Plumbing(folder.repository, self.held)

    def _write_new(self, folder: ModelFolder, name: str, document: Document) -> None:
        self.git(folder).create()
        folder.document.parent.mkdir()
        folder.document.write_bytes(document.canonical().encode())
        folder.base.write_bytes(b"")
        folder.about.write_bytes(_about(name, time.time_ns() // 1000))
        sync_tree(folder.path)

    def _place(self, fresh: ModelFolder, wanted: str) -> ModelFolder:
        """Rename a finished model to the first slug that is free."""
        count = 0
        while True:
            count += 1
            slug = numbered(wanted, count)
            target = self.layout.models / slug
            if target.exists() or self.layout.was_deleted(slug):
                continue
            try:
                move(fresh.path, target)
            except FileExistsError:
                continue
            return ModelFolder(target)

    def _refresh(self, folder: ModelFolder) -> Model:
        """Enter a model as it is on the disk now."""
        git = self.git(folder)
        with self.database.writing() as connection:
            index_model(connection, folder, git, index.find_model(connection, folder.slug))
        return read_model(folder, git.head())


def _about(name: str, created: int) -> bytes:
    return (json.dumps({"name": name, "created": created}, indent=2, ensure_ascii=False) + "\n").encode()


def _check_name(name: str) -> None:
    if not name.strip() or len(name) > _MAX_NAME or not name.isprintable():
        raise InvalidInput(
            f"The name of a model has 1 to {_MAX_NAME} printable characters, received {name[:_MAX_NAME]!r}.",
            fields=[FieldViolation("name", f"expected 1 to {_MAX_NAME} printable characters")],
        )


def _lost_update(slug: str, etag: str) -> Conflict:
    return Conflict(
        f"The working copy of {slug!r} was changed by somebody else since it was read. Read it again and merge.",
        metadata={"etag": etag},
    )
