"""The file beside a dataset's folder that holds what the folder does not: its name, targets, hashes and profile."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Final

from glasswork_servicekit.durable import write_file

from glasswork_registry.core.records import Dataset

_HASH: Final = re.compile(r"[0-9a-f]{64}")


def sidecar_path(datasets: Path, sha256: str) -> Path:
    """Return the path of a dataset's file."""
    return datasets / f"{sha256}.json"


def write_sidecar(datasets: Path, dataset: Dataset) -> None:
    """Write a dataset's file; the dataset is known from then on."""
    # Not sorted: the columns of the profile stay in the order of the file.
    text = json.dumps(asdict(dataset), indent=1) + "\n"
    write_file(sidecar_path(datasets, dataset.hash), text.encode())


def read_sidecar(datasets: Path, sha256: str) -> Dataset | None:
    """Return a dataset, or None where there is none."""
    path = sidecar_path(datasets, sha256)
    if not _HASH.fullmatch(sha256) or not path.is_file() or not (datasets / sha256).is_dir():
        return None
    values = json.loads(path.read_bytes())
    return Dataset(**{**values, "targets": tuple(values["targets"])})


def read_sidecars(datasets: Path) -> list[Dataset]:
    """Return every dataset of the folder, by hash."""
    found = (read_sidecar(datasets, path.stem) for path in sorted(datasets.glob("*.json")))
    return [dataset for dataset in found if dataset is not None]
