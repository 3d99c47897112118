"""`python -m glasswork_trainer` serves the trainer."""

from __future__ import annotations

import os
from collections.abc import Mapping

from glasswork_servicekit import server
from glasswork_servicekit.zygote import Zygote, numeric_variables

from glasswork_trainer.core.desks import Desks
from glasswork_trainer.core.processes import Processes
from glasswork_trainer.core.runs import Runs
from glasswork_trainer.core.store import RunStore
from glasswork_trainer.core.trainer import Trainer
from glasswork_trainer.service import TrainerService
from glasswork_trainer.settings import TrainerSettings, read_settings

WORKER = "glasswork_trainer.worker"
# Images are read by plugins of Pillow, which it would import within the first run's time.
LIBRARIES = ("tensorflow", "keras", "pandas", "PIL.Image", "PIL.PngImagePlugin", "PIL.JpegImagePlugin")
PRELOAD = (*LIBRARIES, f"{WORKER}.training", f"{WORKER}.desk", f"{WORKER}.devices")


def build(settings: TrainerSettings, environ: Mapping[str, str] = os.environ) -> TrainerService:
    """Return the service of these settings."""
    preload = PRELOAD if settings.preload else ()
    zygote = Zygote(preload, environment={"TF_CPP_MIN_LOG_LEVEL": "2", **numeric_variables(environ)})
    store = RunStore(settings.service.data_dir / "runs")
    processes = Processes(zygote, settings.hidden, settings.shown, settings.network)
    runs = Runs(store, settings.service.datasets_dir, processes, settings.concurrent_runs)
    return TrainerService(Trainer(runs, Desks(processes, settings.idle_seconds), zygote))


def main() -> None:
    """Serve until a signal; exits with 2 where the environment is wrong."""
    server.main(read_settings, lambda settings: server.run(lambda _: build(settings), settings.service))


if __name__ == "__main__":
    main()
