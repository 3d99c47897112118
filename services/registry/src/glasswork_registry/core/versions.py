"""Versions of a model: saved so that a kill at any moment loses none and makes none twice."""

from __future__ import annotations

import hashlib
import json
import re
import time
import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from glasswork_sdk.document import Document
from glasswork_sdk.errors import FieldViolation, InvalidInput, NotFound
from glasswork_servicekit.durable import write_file
from glasswork_servicekit.paging import Page
from sqlalchemy import Connection

from glasswork_registry.core import index
from glasswork_registry.core.commits import CommitRecord, clean_author, clean_message, compose
from glasswork_registry.core.contents import plain, version_files
from glasswork_registry.core.indexing import index_model, read_model, version_row
from glasswork_registry.core.large import check_weights, keep, pointer
from glasswork_registry.core.layout import ModelFolder
from glasswork_registry.core.models import ModelStore
from glasswork_registry.core.plumbing import NewCommit, Plumbing, moved
from glasswork_registry.core.records import Draft, SavedVersion, Version, WorkingCopy
from glasswork_registry.core.sidecars import read_sidecar
from glasswork_registry.core.staging import StagedFile

MAX_SCRIPT: Final = 8 * 1024 * 1024
MAX_WEIGHTS: Final = 16 * 1024**3
_COMMIT: Final = re.compile(r"[0-9a-f]{7,40}")


@dataclass(frozen=True)
class VersionStore:
    """Saves, lists, reads and restores versions.

    Args:
        models: the models that they belong to.
    """

    models: ModelStore

    def stage_weights(self) -> StagedFile:
        """Return a file to write weights to while they come in; to be given to `save`."""
        return StagedFile(self.models.layout.scratch(), MAX_WEIGHTS, "weights file")

    def save(self, draft: Draft, weights: StagedFile | None = None) -> Version:
        """Save a version.

        The order is the promise: large objects, the intent, git objects, one compare-and-swap of the branch (from then
        on the version exists), the index.

        Args:
            draft: what to save.
            weights: the finished weights file; None for an untrained version.

        Raises:
            Conflict: another version was saved on the same base first; `metadata` has the `head`.
            InvalidInput: a bad field, weights that are not what the draft says, or a key used for something else.
            NotFound: there is no model of that name.
        """
        _check(draft, weights)
        with self.models.locks.hold(draft.model):
            folder = self.models.layout.model(draft.model)
            self._refresh(folder)
            operation = _operation(draft)
            if draft.key and (done := self._find_done(draft.model, operation)):
                return done
            git = self.models.git(folder)
            head = git.head()
            if draft.expected_head is not None and draft.expected_head != head:
                raise moved(draft.expected_head, head)
            if weights is not None:
                keep(weights, folder.large_objects, folder.repository)
            return self._commit(folder, git, draft, operation, head, weights)

    def list(self, slug: str, size: int, token: str) -> Page[Version]:
        """Return a page of a model's versions, the newest first.

        Raises:
            InvalidInput: a bad size or token.
            NotFound: there is no model of that name.
        """
        self.models.get(slug)
        with self.models.database.reading() as connection:
            return index.list_versions(connection, slug, size, token)

    def get(self, slug: str, version: str) -> SavedVersion:
        """Return a version with its document and script.

        Args:
            slug: the model.
            version: the commit, or at least seven characters of its beginning.

        Raises:
            InvalidDocument: the version was made elsewhere and holds no sound document.
            InvalidInput: the beginning fits more than one version.
            NotFound: there is no such model or version.
        """
        found = self._find(slug, version)
        git = self.models.git(self.models.layout.model(slug))
        (files,) = git.read([found.id], ("model.json", "model.py"))
        document = Document.parse(files.get("model.json", b""))
        return SavedVersion(found, document, files.get("model.py", b"").decode("utf-8", "replace"))

    def restore(self, slug: str, version: str, if_match: str) -> WorkingCopy:
        """Make the working copy what a version was; saved again, it follows the last version.

        Raises:
            Conflict: the working copy is not the one that the caller read.
            InvalidInput: the beginning of the commit fits more than one version.
            NotFound: there is no such model or version.
        """
        document = self.get(slug, version).document
        with self.models.locks.hold(slug):
            head = self.models.git(self.models.layout.model(slug)).head()
            return self.models.put_working_copy(slug, document, if_match, base=head)

    def _commit(
        self, folder: ModelFolder, git: Plumbing, draft: Draft, operation: str, head: str, weights: StagedFile | None
    ) -> Version:
        database = self.models.database
        with database.writing() as connection:
            index.put_intent(connection, operation, folder.slug, head, draft.weights, time.time_ns() // 1000)
        try:
            files = self._files(folder, draft, weights)
            record = _record(draft, operation, head)
            message = compose(record.message, operation)
            seconds = record.created // 1_000_000
            commit = git.write_commit(NewCommit(files, record.parents, message, record.author, seconds))
            git.advance(commit, head)
        except BaseException:
            with database.writing() as connection:
                index.drop_intent(connection, operation)
            raise
        follow_working_copy(folder, commit, files["model.json"])
        with database.writing() as connection:
            version = self._enter(connection, folder.slug, replace(record, id=commit), files)
            index.put_model(connection, read_model(folder, commit))
            index.drop_intent(connection, operation)
        return version

    def _enter(self, connection: Connection, slug: str, record: CommitRecord, files: dict[str, bytes]) -> Version:
        known = index.find_model(connection, slug)
        if known is not None and known.head == record.id:
            # A reindex came between the commit and this.
            return index.find_version(connection, slug, record.id)[0]
        version = version_row(slug, index.last_position(connection, slug) + 1, record, files)
        index.add_versions(connection, [version])
        return version

    def _files(self, folder: ModelFolder, draft: Draft, weights: StagedFile | None) -> dict[str, bytes]:
        document = draft.document or Document.parse(folder.document.read_bytes())
        name = json.loads(folder.about.read_bytes())["name"]
        sha256 = document.dataset.hash.removeprefix("sha256:") if document.dataset else ""
        dataset = read_sidecar(self.models.layout.datasets, sha256)
        profile = draft.profile or (dataset.profile if dataset else None)
        text = pointer(weights.sha256, weights.size) if weights else b""
        hashes = dataset.files if dataset else {}
        return version_files(name, document, draft.script, profile, hashes, draft.metrics, text)

    def _find(self, slug: str, version: str) -> Version:
        self.models.get(slug)
        found: list[Version] = []
        if _COMMIT.fullmatch(version):
            with self.models.database.reading() as connection:
                found = index.find_version(connection, slug, version)
        if not found:
            raise NotFound(f"Model {slug!r} has no version {version[:40]!r}. List its versions to see their commits.")
        if len(found) > 1:
            raise InvalidInput(f"{version!r} fits more than one version of {slug!r}. Write more of the commit.")
        return found[0]

    def _find_done(self, slug: str, operation: str) -> Version | None:
        """Return the version that an earlier call with the same key made."""
        with self.models.database.reading() as connection:
            done = index.find_operation(connection, slug, operation.partition("-")[0])
        if done is not None and done.operation != operation:
            raise InvalidInput(
                f"The idempotency key was used before, for version {done.id[:12]} with other content. Use a fresh key.",
                fields=[FieldViolation("idempotency_key", "used before for other content")],
            )
        return done

    def _refresh(self, folder: ModelFolder) -> None:
        """Take in what was pushed from outside, so that positions and keys are right."""
        git = self.models.git(folder)
        with self.models.database.reading() as connection:
            known = index.find_model(connection, folder.slug)
        if known is None or known.head != git.head():
            with self.models.database.writing() as connection:
                index_model(connection, folder, git, known)


def follow_working_copy(folder: ModelFolder, commit: str, document: bytes) -> None:
    """Let the working copy come from a version where it is the same: there is nothing unsaved then."""
    if folder.document.read_bytes() == document and folder.base.read_text() != commit:
        write_file(folder.base, commit.encode())


def _record(draft: Draft, operation: str, head: str) -> CommitRecord:
    return CommitRecord(
        id="",
        parents=(head,) if head else (),
        author=clean_author(draft.author),
        created=int(time.time()) * 1_000_000,
        message=clean_message(draft.message),
        operation=operation,
    )


def _operation(draft: Draft) -> str:
    """Name the save: by its key where it has one, and by what it was asked to write."""
    key = hashlib.sha256(draft.key.encode()).hexdigest()[:32] if draft.key else uuid.uuid4().hex
    document = draft.document.canonical() if draft.document else None
    asked = [
        draft.message,
        draft.author,
        document,
        draft.script,
        plain(draft.profile),
        plain(draft.metrics),
        draft.weights,
    ]
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16]
    return f"{key}-{digest}"


def _check(draft: Draft, weights: StagedFile | None) -> None:
    clean_author(draft.author)
    clean_message(draft.message)
    if len(draft.script) > MAX_SCRIPT:
        raise _bad("script", f"expected at most {MAX_SCRIPT} characters, received {len(draft.script)}")
    if len(draft.key) > 200:
        raise _bad("idempotency_key", f"expected at most 200 characters, received {len(draft.key)}")
    received = weights.sha256 if weights else ""
    if draft.weights != received:
        raise _bad(
            "weights_sha256", f"expected the hash of what came ({received or 'nothing'}), received {draft.weights!r}"
        )
    if weights is not None:
        check_weights(Path(weights.path))


def _bad(field: str, description: str) -> InvalidInput:
    return InvalidInput(
        f"The version cannot be saved: {field}: {description[:300]}.", fields=[FieldViolation(field, description[:300])]
    )
