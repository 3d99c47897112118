"""Questions to the SQL index and entries in it; each function works on a connection that its caller opened."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from glasswork_servicekit.paging import Page, decode_token, encode_token, make_page, page_size
from sqlalchemy import Connection, Row, Table, and_, delete, func, insert, or_, select

from glasswork_registry.core.records import Dataset, Model, Version
from glasswork_registry.core.tables import DATASETS, INTENTS, MODELS, VERSIONS


def put_model(connection: Connection, model: Model) -> None:
    """Enter a model, in place of what was known of it."""
    connection.execute(delete(MODELS).where(MODELS.c.slug == model.slug))
    connection.execute(insert(MODELS).values(**asdict(model)))


def drop_model(connection: Connection, slug: str) -> None:
    """Forget a model and its versions."""
    connection.execute(delete(MODELS).where(MODELS.c.slug == slug))
    drop_versions(connection, slug)
    connection.execute(delete(INTENTS).where(INTENTS.c.model == slug))


def find_model(connection: Connection, slug: str) -> Model | None:
    """Return a model, or None."""
    row = connection.execute(select(MODELS).where(MODELS.c.slug == slug)).one_or_none()
    return None if row is None else Model(**row._mapping)


def list_models(connection: Connection, size: int, token: str) -> Page[Model]:
    """Return a page of models, the last changed first."""
    limit = page_size(size)
    query = select(MODELS).order_by(MODELS.c.updated.desc(), MODELS.c.slug.desc()).limit(limit + 1)
    if key := decode_token("models", token, (int, str)):
        updated, slug = key
        query = query.where(
            or_(MODELS.c.updated < updated, and_(MODELS.c.updated == updated, MODELS.c.slug < slug)),
        )
    models = [Model(**row._mapping) for row in connection.execute(query)]
    return make_page(models, limit, lambda model: encode_token("models", model.updated, model.slug))


def add_versions(connection: Connection, versions: Sequence[Version]) -> None:
    """Enter versions."""
    if versions:
        connection.execute(insert(VERSIONS), [_version_values(version) for version in versions])


def drop_versions(connection: Connection, slug: str) -> None:
    """Forget the versions of a model."""
    connection.execute(delete(VERSIONS).where(VERSIONS.c.model == slug))


def find_version(connection: Connection, slug: str, prefix: str) -> list[Version]:
    """Return the versions of a model whose id begins so, at most two: enough to see that a prefix is ambiguous."""
    columns = VERSIONS.c
    query = select(VERSIONS).where(columns.model == slug, columns.id.startswith(prefix, autoescape=True)).limit(2)
    return [_version(row) for row in connection.execute(query)]


def find_operation(connection: Connection, slug: str, key: str) -> Version | None:
    """Return the version that a save with this key made, or None."""
    columns = VERSIONS.c
    query = select(VERSIONS).where(columns.model == slug, columns.operation.startswith(key)).order_by(columns.position)
    row = connection.execute(query.limit(1)).one_or_none()
    return None if row is None else _version(row)


def last_position(connection: Connection, slug: str) -> int:
    """Return the position of a model's last version, 0 before the first."""
    return connection.execute(select(func.max(VERSIONS.c.position)).where(VERSIONS.c.model == slug)).scalar() or 0


def list_versions(connection: Connection, slug: str, size: int, token: str) -> Page[Version]:
    """Return a page of a model's versions, the newest first."""
    limit = page_size(size)
    query = select(VERSIONS).where(VERSIONS.c.model == slug).order_by(VERSIONS.c.position.desc()).limit(limit + 1)
    if key := decode_token(f"versions of {slug}", token, (int,)):
        query = query.where(VERSIONS.c.position < key[0])
    versions = [_version(row) for row in connection.execute(query)]
    return make_page(versions, limit, lambda version: encode_token(f"versions of {slug}", version.position))


def put_dataset(connection: Connection, dataset: Dataset) -> None:
    """Enter a dataset, in place of what was known of it."""
    connection.execute(delete(DATASETS).where(DATASETS.c.hash == dataset.hash))
    values = {
        "slug": dataset.slug,
        "name": dataset.name,
        "hash": dataset.hash,
        "created": dataset.created,
        "targets": json.dumps(dataset.targets),
        # Columns stay in the order of the file.
        "profile": json.dumps(dataset.profile, separators=(",", ":")),
        "deleted": dataset.deleted,
    }
    connection.execute(insert(DATASETS).values(**values))


def drop_dataset(connection: Connection, sha256: str) -> None:
    """Forget a dataset."""
    connection.execute(delete(DATASETS).where(DATASETS.c.hash == sha256))


def find_dataset(connection: Connection, name: str) -> Dataset | None:
    """Return a dataset by its slug, or by `sha256:` and its hash, or None; a deleted one only by its hash."""
    columns = DATASETS.c
    by_hash = name.startswith("sha256:")
    wanted = columns.hash == name.removeprefix("sha256:") if by_hash else columns.slug == name
    row = connection.execute(select(DATASETS).where(wanted)).one_or_none()
    dataset = None if row is None else _dataset(row)
    return dataset if dataset is not None and (by_hash or not dataset.deleted) else None


def list_datasets(connection: Connection, size: int, token: str) -> Page[Dataset]:
    """Return a page of datasets, the newest first."""
    limit = page_size(size)
    columns = DATASETS.c
    query = select(DATASETS).where(~columns.deleted).order_by(columns.created.desc(), columns.slug.desc())
    if key := decode_token("datasets", token, (int, str)):
        created, slug = key
        query = query.where(or_(columns.created < created, and_(columns.created == created, columns.slug < slug)))
    datasets = [_dataset(row) for row in connection.execute(query.limit(limit + 1))]
    return make_page(datasets, limit, lambda dataset: encode_token("datasets", dataset.created, dataset.slug))


def is_dataset_used(connection: Connection, sha256: str) -> bool:
    """Tell whether a version or a working copy needs a dataset."""
    return any(
        connection.execute(select(table.c.dataset).where(table.c.dataset == sha256).limit(1)).first() is not None
        for table in (VERSIONS, MODELS)
    )


def put_intent(connection: Connection, operation: str, model: str, expected: str, weights: str, started: int) -> None:
    """Write down what a save is about to do."""
    values = {"operation": operation, "model": model, "expected": expected, "weights": weights, "started": started}
    connection.execute(delete(INTENTS).where(INTENTS.c.operation == operation))
    connection.execute(insert(INTENTS).values(**values))


def drop_intent(connection: Connection, operation: str) -> None:
    """Forget what a save was about to do: it is done, or it failed."""
    connection.execute(delete(INTENTS).where(INTENTS.c.operation == operation))


def take_intents(connection: Connection) -> list[dict[str, Any]]:
    """Return and forget all that was in flight."""
    found = [dict(row._mapping) for row in connection.execute(select(INTENTS))]
    connection.execute(delete(INTENTS))
    return found


def indexed_models(connection: Connection) -> dict[str, Model]:
    """Return every model that the index knows, by slug."""
    return {row.slug: Model(**row._mapping) for row in connection.execute(select(MODELS))}


def indexed_datasets(connection: Connection) -> dict[str, Dataset]:
    """Return every dataset that the index knows, by hash."""
    return {row.hash: _dataset(row) for row in connection.execute(select(DATASETS))}


def count(connection: Connection, table: Table) -> int:
    """Return how many rows a table has."""
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def clear(connection: Connection) -> None:
    """Forget everything."""
    for table in (INTENTS, VERSIONS, MODELS, DATASETS):
        connection.execute(delete(table))


def _version_values(version: Version) -> dict[str, Any]:
    return {**version.__dict__, "parents": " ".join(version.parents), "metrics": _json_text(version.metrics)}


def _version(row: Row[Any]) -> Version:
    values = dict(row._mapping)
    values["parents"] = tuple(values["parents"].split())
    values["metrics"] = json.loads(values["metrics"])
    return Version(**values)


def _dataset(row: Row[Any]) -> Dataset:
    values = dict(row._mapping)
    values["targets"] = tuple(json.loads(values["targets"]))
    values["profile"] = json.loads(values["profile"])
    return Dataset(**values)


def _json_text(value: Mapping[str, Any] | None) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
