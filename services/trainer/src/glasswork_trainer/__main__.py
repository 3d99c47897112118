"""Serves the trainer: `python -m glasswork_trainer`."""

from __future__ import annotations

import os
from collections.abc import Mapping

from glasswork_servicekit.server import run
from glasswork_servicekit.zygote import Zygote

from glasswork_trainer.core.desks import Desks
from glasswork_trainer.core.runs import Runs
from glasswork_trainer.core.store import RunStore
from glasswork_trainer.core.trainer import Trainer
from glasswork_trainer.service import TrainerService
from glasswork_trainer.settings import TrainerSettings, read_settings

WORKER = "glasswork_trainer.worker"
PRELOAD = ("tensorflow", "keras", "pandas", "PIL.Image", f"{WORKER}.training", f"{WORKER}.desk", f"{WORKER}.devices")
# What changes digits has to be the same in a run's process as in a shell that runs the script.
NUMERIC = ("TF_ENABLE_ONEDNN_OPTS", "OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")


def build(settings: TrainerSettings, environ: Mapping[str, str] = os.environ) -> TrainerService:
    """Return the service of these settings."""
    numeric = {key: environ[key] for key in NUMERIC if key in environ}
    zygote = Zygote(PRELOAD, environment={"TF_CPP_MIN_LOG_LEVEL": "2", **numeric})
    store = RunStore(settings.service.data_dir / "runs")
    runs = Runs(store, settings.service.datasets_dir, zygote, settings.concurrent_runs)
    return TrainerService(Trainer(runs, Desks(zygote, settings.idle_seconds), zygote))


if __name__ == "__main__":
    SETTINGS = read_settings()
    run(lambda _: build(SETTINGS), SETTINGS.service)
