"""From disk to index: what the rows of a model or dataset must be, read from git and files alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from glasswork_registry.core import index
from glasswork_registry.core.commits import CommitRecord
from glasswork_registry.core.large import parse_pointer
from glasswork_registry.core.layout import Layout, ModelFolder, free_slug
from glasswork_registry.core.plumbing import GitFailed, Plumbing
from glasswork_registry.core.records import Counts, Model, Version
from glasswork_registry.core.sidecars import read_sidecars, write_sidecar
from glasswork_registry.core.tables import DATASETS, MODELS, VERSIONS

_INDEXED_FILES = ("model.json", "metrics.json", "weights.safetensors")


def read_model(folder: ModelFolder, head: str) -> Model:
    """Return a model's row.

    Args:
        folder: its files.
        head: the last commit of its main branch.
    """
    about = json.loads(folder.about.read_bytes())
    document = folder.document.read_bytes()
    return Model(
        slug=folder.slug,
        name=about["name"],
        created=about["created"],
        updated=max(path.stat().st_mtime_ns // 1000 for path in (folder.document, folder.base, folder.about)),
        etag=hashlib.sha256(document).hexdigest(),
        base=folder.base.read_text().strip(),
        head=head,
        dataset=dataset_of(document),
        component_count=component_count(document),
    )


def index_model(connection: Connection, folder: ModelFolder, git: Plumbing, known: Model | None) -> None:
    """Bring the rows of one model and its versions up to date.

    Args:
        connection: a writing connection.
        folder: the model's files.
        git: its repository.
        known: what the index has of it.
    """
    head = git.head()
    if known is None or head != known.head:
        _index_versions(connection, folder.slug, git, known.head if known else "", head)
    fresh = read_model(folder, head)
    if fresh != known:
        index.put_model(connection, fresh)


def index_all(connection: Connection, layout: Layout, plumbing: dict[str, Plumbing]) -> Counts:
    """Bring every row up to date, and forget what is not on the disk any more.

    Args:
        connection: a writing connection.
        layout: the data directory.
        plumbing: the repository of every model, by slug.
    """
    known_models = index.indexed_models(connection)
    for slug in known_models.keys() - plumbing.keys():
        index.drop_model(connection, slug)
    for slug, git in plumbing.items():
        index_model(connection, layout.model(slug), git, known_models.get(slug))
    for sha256 in index.indexed_datasets(connection):
        index.drop_dataset(connection, sha256)
    taken: set[str] = set()
    for dataset in sorted(read_sidecars(layout.datasets), key=lambda each: each.created):
        slug = free_slug(dataset.slug, taken)
        taken.add(slug)
        if slug != dataset.slug:
            # Two got one name while the index did not answer; each is found under its own from now on.
            dataset = replace(dataset, slug=slug)
            write_sidecar(layout.datasets, dataset)
        index.put_dataset(connection, dataset)
    return Counts(*(index.count(connection, table) for table in (MODELS, VERSIONS, DATASETS)))


def version_row(model: str, position: int, record: CommitRecord, files: dict[str, bytes]) -> Version:
    """Return the row of one commit.

    Args:
        model: slug.
        position: 1 for the first version.
        record: the commit.
        files: those of `model.json`, `metrics.json` and `weights.safetensors` that it has.
    """
    metrics = _json_object(files.get("metrics.json", b""))
    weights = parse_pointer(files.get("weights.safetensors", b""))
    return Version(
        model=model,
        id=record.id,
        position=position,
        message=record.message,
        author=record.author,
        created=record.created,
        parents=record.parents,
        operation=record.operation,
        metrics=metrics,
        weights=weights[0] if weights else "",
        dataset=dataset_of(files.get("model.json", b"")),
    )


def dataset_of(document: bytes) -> str:
    """Return the hash of the dataset that a document names, without its prefix, or an empty text."""
    reference = (_json_object(document) or {}).get("dataset")
    named = reference.get("hash", "") if isinstance(reference, dict) else ""
    return named.removeprefix("sha256:")[:64] if isinstance(named, str) else ""


def component_count(document: bytes) -> int:
    """Return how many components a document has."""
    components = (_json_object(document) or {}).get("components")
    return len(components) if isinstance(components, dict) else 0


def _index_versions(connection: Connection, slug: str, git: Plumbing, old: str, head: str) -> None:
    """Append what follows `old` in one line; anything else (a merge, a rewritten branch) is read anew."""
    added = _records_since(git, old, head)
    if added is None:
        index.drop_versions(connection, slug)
        added = git.history(head) if head else []
    first = index.last_position(connection, slug) + 1
    for start in range(0, len(added), 500):
        part = added[start : start + 500]
        files = git.read([record.id for record in part], _INDEXED_FILES)
        rows = [
            version_row(slug, first + start + offset, record, found)
            for offset, (record, found) in enumerate(zip(part, files, strict=True))
        ]
        index.add_versions(connection, rows)


def _records_since(git: Plumbing, old: str, head: str) -> list[CommitRecord] | None:
    if not old or not head:
        return None
    try:
        records = git.history(head, since=old)
    except GitFailed:
        return None
    return records if _is_line(old, records) else None


def _is_line(old: str, records: Sequence[CommitRecord]) -> bool:
    ids = [old, *(record.id for record in records)]
    return bool(records) and all(record.parents == (before,) for before, record in zip(ids, records, strict=False))


def _json_object(data: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
