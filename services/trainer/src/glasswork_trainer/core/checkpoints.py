"""Checkpoints on disk: a folder each, written aside, hashed, synced and renamed."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from glasswork_servicekit.durable import sync_folder, write_synced
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

TENSORS = "tensors.safetensors"
STATE = "state.json"
MANIFEST = "manifest.json"
KEEP = 2

Tensors = Mapping[str, np.ndarray[Any, Any]]


@dataclass(frozen=True)
class Checkpoint:
    """The whole state of a training at one position.

    Args:
        tensors: every variable by its name.
        state: everything else, as JSON data; has `epoch` and `step`.
        name: the name of its folder.
    """

    tensors: Tensors
    state: Mapping[str, Any]
    name: str = ""


class CheckpointStore:
    """The checkpoints of one run; keeps the last two and the best.

    Args:
        folder: where they lie; made where it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, tensors: Tensors, state: Mapping[str, Any], score: float | None = None) -> str:
        """Write a checkpoint and remove those that are not kept.

        Args:
            tensors: every variable by its name.
            state: everything else; has `epoch` and `step`.
            score: the loss by which checkpoints are compared, smaller is better; None for none.

        Returns:
            The name of the checkpoint.

        Raises:
            OSError: the disk is full or failed; the checkpoints before are untouched.
        """
        number = self._next_number()
        name = f"{number:06d}-epoch-{state['epoch']}-step-{state['step']}"
        aside = self._folder / f".{name}"
        shutil.rmtree(aside, ignore_errors=True)
        try:
            self._write_files(aside, tensors, state, score)
            aside.rename(self._folder / name)
        except OSError:
            shutil.rmtree(aside, ignore_errors=True)
            raise
        sync_folder(self._folder)
        self._prune()
        return name

    def newest(self) -> Checkpoint | None:
        """Return the newest checkpoint whose hashes are right; one that is torn is set aside under another name."""
        for name in reversed(self.names()):
            found = self._read(name)
            if found is not None:
                return found
            logging.getLogger(__name__).warning("the checkpoint %s is damaged and was set aside", name)
            os.replace(self._folder / name, self._folder / f".damaged-{name}")
        return None

    def names(self) -> list[str]:
        """Return the names of the checkpoints, the oldest first."""
        return sorted(item.name for item in self._folder.iterdir() if item.is_dir() and item.name[0] != ".")

    def _write_files(self, folder: Path, tensors: Tensors, state: Mapping[str, Any], score: float | None) -> None:
        folder.mkdir()
        contents = {
            TENSORS: save_tensors({key: np.asarray(value, order="C") for key, value in tensors.items()}),
            STATE: json.dumps(state, allow_nan=False).encode(),
        }
        hashes = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
        manifest = {"format": 1, "files": hashes, "score": score}
        for name, content in (*contents.items(), (MANIFEST, json.dumps(manifest).encode())):
            write_synced(folder / name, content)
        sync_folder(folder)

    def _read(self, name: str) -> Checkpoint | None:
        folder = self._folder / name
        try:
            manifest = json.loads((folder / MANIFEST).read_bytes())
            contents = {file: (folder / file).read_bytes() for file in (TENSORS, STATE)}
            if any(hashlib.sha256(contents[file]).hexdigest() != manifest["files"][file] for file in contents):
                return None
            return Checkpoint(load_tensors(contents[TENSORS]), json.loads(contents[STATE]), name)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _prune(self) -> None:
        names = self.names()
        scores = {name: score for name in names if (score := self._score(name)) is not None}
        best = min(scores, key=lambda name: scores[name]) if scores else None
        for name in names[:-KEEP]:
            if name != best:
                # A rename first: a folder that is half removed must not look like a checkpoint.
                gone = self._folder / f".removed-{name}"
                os.replace(self._folder / name, gone)
                shutil.rmtree(gone, ignore_errors=True)

    def _score(self, name: str) -> float | None:
        try:
            score = json.loads((self._folder / name / MANIFEST).read_bytes())["score"]
        except (OSError, ValueError, KeyError):
            return None
        return None if score is None else float(score)

    def _next_number(self) -> int:
        return 1 + max((int(name.partition("-")[0]) for name in self.names()), default=0)
