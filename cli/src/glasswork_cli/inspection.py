"""Looking into a dataset without any service: the user's own files, in the user's own process."""

from __future__ import annotations

import importlib.resources
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path, PurePosixPath
from typing import Any

from glasswork.graph.v1 import graph_pb2
from glasswork_executor.worker.data.profile import profile
from glasswork_executor.worker.data.tables import ENDINGS, read_table
from glasswork_registry.core.sources import archive
from glasswork_sdk.document import DatasetReference, Document
from glasswork_servicekit.graphs import profile_from_dict

from glasswork_cli.data_directory import DataDirectory


def inspect_file(file: Path, document: Document) -> graph_pb2.DatasetProfile:
    """Return the profile of a table file that lies beside a document.

    Raises:
        InvalidDataset: it cannot be read.
    """
    tables = [path for path in file.parent.iterdir() if path.suffix.lower() in ENDINGS]
    if file.suffix.lower() == ".zip":
        with _unpacked(file) as folder:
            return inspect_folder(folder, document)
    if len(tables) == 1:
        return inspect_folder(file.parent, document)
    with tempfile.TemporaryDirectory() as alone:
        shutil.copyfile(file, Path(alone, file.name))
        return inspect_folder(Path(alone), document)


def inspect_folder(folder: Path, document: Document) -> graph_pb2.DatasetProfile:
    """Return the profile of a dataset's folder, with the document's split and types.

    Raises:
        InvalidDataset: it cannot be read.
    """
    dataset = document.dataset or DatasetReference(source="example:none")
    types = {name: feature.type for name, feature in dataset.features.items()}
    found: dict[str, Any] = profile(read_table(folder), dataset.split.model_dump(), types, ())
    features = {
        item["name"]: {key: value for key, value in item.items() if key != "name"} for item in found["features"]
    }
    return profile_from_dict({**found, "features": features, "hash": dataset.hash})


def known_dataset(directory: DataDirectory, dataset: DatasetReference) -> AbstractContextManager[Path | None]:
    """Give the folder of a dataset that the data directory or the installation has, or None."""
    kept = directory.path / "datasets" / dataset.hash.removeprefix("sha256:")
    if dataset.hash and kept.is_dir():
        return nullcontext(kept)
    scheme, _, name = dataset.source.partition(":")
    if scheme != "example" or PurePosixPath(name).name != name:
        return nullcontext(None)
    shipped = Path(str(importlib.resources.files("glasswork_registry"))) / "examples" / name
    if not (shipped / "example.json").is_file():
        return nullcontext(None)
    file = shipped / json.loads((shipped / "example.json").read_text())["file"]
    return _unpacked(file) if file.suffix == ".zip" else nullcontext(shipped)


@contextmanager
def _unpacked(file: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder, archive(file) as entries:
        for entry in entries:
            target = Path(folder, entry.path)
            target.parent.mkdir(parents=True, exist_ok=True)
            with entry.open() as source, target.open("wb") as handle:
                shutil.copyfileobj(source, handle)
        yield Path(folder)
