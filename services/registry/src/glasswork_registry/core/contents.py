"""The files of a version."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from glasswork_sdk.document import Document

from glasswork_registry.core.large import ATTRIBUTES


def version_files(
    name: str,
    document: Document,
    script: str,
    profile: Mapping[str, Any] | None,
    hashes: Mapping[str, str],
    metrics: Mapping[str, Any] | None,
    weights: bytes,
) -> dict[str, bytes]:
    """Return the files of a version by name; those that it has nothing for are left out.

    Args:
        name: the model's free name.
        document: the model document.
        script: its model.py.
        profile: what the data was.
        hashes: sha256 of each file of the dataset.
        metrics: of the run that trained it.
        weights: the pointer to the weights.
    """
    files = {
        "model.json": document.canonical().encode(),
        "README.md": _readme(name).encode(),
        ".gitattributes": ATTRIBUTES,
    }
    if script:
        files["model.py"] = script.encode()
    if document.dataset is not None:
        files["dataset.json"] = _json_bytes(_dataset_json(document, profile, hashes))
    if metrics is not None:
        files["metrics.json"] = _json_bytes(metrics)
    if weights:
        files["weights.safetensors"] = weights
    return files


def plain(value: Any) -> Any:
    """Return JSON values that every reader takes: what is not finite becomes its name."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    return value


def _dataset_json(document: Document, profile: Mapping[str, Any] | None, hashes: Mapping[str, str]) -> dict[str, Any]:
    """Say what the data was: where from, which bytes, how read, how split."""
    reference = document.to_json()["dataset"]
    rows = (profile or {}).get("rows")
    table = (profile or {}).get("table") or reference.get("table", "")
    return {**reference, **({"rows": rows} if rows else {}), "table": table, "files": dict(hashes)}


def _readme(name: str) -> str:
    return f"""# {" ".join(name.split())}

A TensorFlow model made with Glasswork. `model.json` is the model document, `model.py` the same model as a script that
needs no Glasswork, `dataset.json` says what the data was.

    pip install tensorflow pandas pillow
    python model.py --data FOLDER_WITH_THE_DATA

`weights.safetensors`, where there is one, is kept by Git LFS: `git lfs pull` fetches it.
"""


def _json_bytes(value: Any) -> bytes:
    return (json.dumps(plain(value), indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()
