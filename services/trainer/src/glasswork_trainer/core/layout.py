"""Where things lie in the folder of a run; its processes write below `work` and see the rest."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glasswork_trainer.core.program import Program


@dataclass(frozen=True)
class RunFolder:
    """The folder of one run, `<data_dir>/runs/<run id>`.

    Args:
        path: the folder.
    """

    path: Path

    @property
    def record(self) -> Path:
        """The run itself: state, positions, last metrics."""
        return self.path / "run.json"

    @property
    def document(self) -> Path:
        """The model document."""
        return self.path / "model.json"

    @property
    def script(self) -> Path:
        """The generated file."""
        return self.path / "model.py"

    @property
    def program(self) -> Path:
        """The components of the script."""
        return self.path / "program.json"

    @property
    def profile(self) -> Path:
        """What the dataset holds; missing for a run without data."""
        return self.path / "profile.json"

    @property
    def events(self) -> Path:
        """The event log."""
        return self.path / "events.jsonl"

    @property
    def output(self) -> Path:
        """What processes of the run wrote beside the connection."""
        return self.path / "output.log"

    @property
    def work(self) -> Path:
        """The one folder that the run's processes write to, and start in."""
        return self.path / "work"

    @property
    def scratch(self) -> Path:
        """Temporary files, a folder for each process, gone with it."""
        return self.work / "scratch"

    @property
    def checkpoints(self) -> Path:
        """The checkpoints, a folder each."""
        return self.work / "checkpoints"

    @property
    def weights(self) -> Path:
        """The weights at the end of training."""
        return self.work / "weights.safetensors"

    def held(self, epoch: int, step: int) -> Path:
        """The weights of a run that was paused at this position."""
        return self.work / f"held-{epoch}-{step}.safetensors"

    @property
    def result(self) -> Path:
        """How training ended; it is there when the weights are."""
        return self.work / "trained.json"

    @property
    def exports(self) -> Path:
        """The exports, a file each."""
        return self.path / "exports"

    @property
    def exported(self) -> Path:
        """What the exports made, a folder each."""
        return self.work / "exported"

    @property
    def tests(self) -> Path:
        """The tests, a file each."""
        return self.path / "tests"

    @property
    def lock(self) -> Path:
        """Held by the process that trains."""
        return self.work / "lock"

    @property
    def empty(self) -> Path:
        """The folder that stands for a dataset where there is none."""
        return self.path / "data"


def read_program(folder: RunFolder) -> Program:
    """Return the components of the run's script."""
    return Program.from_dict(json.loads(folder.program.read_bytes()))


def read_profile(folder: RunFolder) -> dict[str, Any]:
    """Return what the run's dataset holds; empty for a run without data."""
    try:
        profile: dict[str, Any] = json.loads(folder.profile.read_bytes())
    except FileNotFoundError:
        return {}
    return profile
