"""Settings of the executor: those of every service, and what previews may use."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from glasswork_servicekit.sandbox import Limits, installed_software
from glasswork_servicekit.settings import ServiceSettings, bad_value, from_environment, read_preload
from glasswork_servicekit.zygote import numeric_variables

MEBIBYTE = 1024 * 1024
# Images are read by plugins of Pillow, which it would import within the first preview's time.
IMAGES = ("PIL.Image", "PIL.PngImagePlugin", "PIL.JpegImagePlugin")
PRELOADED = ("tensorflow", "keras", "pandas", "pyarrow.parquet", *IMAGES, "glasswork_executor.worker.main")


@dataclass(frozen=True)
class PreviewSettings:
    """What previews may use.

    Args:
        component_seconds: wall time of one component, default 10.
        dataset_seconds: wall time of reading a dataset, default 60.
        memory_bytes: private memory of a worker beyond what it begins with, default 2 GiB.
        idle_seconds: after so long without work a session's worker is ended, default 300.
        workers: workers at the same time, default 40; each takes 30 to 60 MiB of its own, while it works or was used
            within `idle_seconds`.
        shared_workers: of these, workers for requests without a session, default 2.
        waiting: requests that may wait for a shared worker, default 512.
        hidden: folders of which user code sees nothing, default none.
        shown: folders below those that it reads all the same, default none.
        preload: whether TensorFlow is imported before the first preview, default True.
    """

    component_seconds: float = 10.0
    dataset_seconds: float = 60.0
    memory_bytes: int = 2048 * MEBIBYTE
    idle_seconds: float = 300.0
    workers: int = 40
    shared_workers: int = 2
    waiting: int = 512
    hidden: Sequence[str] = ()
    shown: Sequence[str] = ()
    preload: bool = True

    @property
    def preloaded(self) -> Sequence[str]:
        """The modules that workers are forked with."""
        return PRELOADED if self.preload else ()

    @property
    def limits(self) -> Limits:
        """The limits of a worker."""
        return Limits(
            memory_bytes=self.memory_bytes,
            file_bytes=64 * MEBIBYTE,
            open_files=256,
            # TensorFlow starts threads for each processor, which count for users other than root.
            processes=64 + 16 * (os.cpu_count() or 1),
            network=False,
            contained=True,
            hidden=self.hidden,
            shown=self.shown,
        )


@dataclass(frozen=True)
class ExecutorSettings:
    """What the executor has to be told."""

    service: ServiceSettings
    previews: PreviewSettings = field(default_factory=PreviewSettings)


def worker_environment() -> dict[str, str]:
    """Return the variables of the zygote and of its workers.

    With oneDNN on, a plain mistake (a tensor of the wrong rank) aborts the whole process instead of raising.
    """
    return {
        "TF_ENABLE_ONEDNN_OPTS": "0",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "KERAS_BACKEND": "tensorflow",
        "CUDA_VISIBLE_DEVICES": "",
    }


def training_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the variables of the zygote in whose workers training is tried: what changes times is as in a run."""
    preview = {key: value for key, value in worker_environment().items() if key != "TF_ENABLE_ONEDNN_OPTS"}
    return {**preview, **numeric_variables(environ)}


def read_settings(environ: Mapping[str, str] = os.environ) -> ExecutorSettings:
    """Read the executor's settings from the environment.

    Raises:
        InvalidInput: a variable is missing or bad; the message names it, its value and what was expected.
    """
    default = PreviewSettings()
    service = from_environment("executor", environ)
    return ExecutorSettings(
        service,
        PreviewSettings(
            component_seconds=_number(environ, "GLASSWORK_PREVIEW_SECONDS", default.component_seconds),
            dataset_seconds=_number(environ, "GLASSWORK_DATASET_SECONDS", default.dataset_seconds),
            memory_bytes=round(_number(environ, "GLASSWORK_PREVIEW_MEMORY_MIB", 2048) * MEBIBYTE),
            idle_seconds=_number(environ, "GLASSWORK_PREVIEW_IDLE_SECONDS", default.idle_seconds),
            workers=_count(environ, "GLASSWORK_PREVIEW_WORKERS", default.workers),
            # Token, secret, index and models are nobody's business but the services'.
            hidden=(str(service.data_dir),),
            shown=(str(service.datasets_dir), *installed_software()),
            preload=read_preload(environ),
        ),
    )


def _number(environ: Mapping[str, str], key: str, default: float) -> float:
    text = environ.get(key) or str(default)
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e9:
        raise bad_value(key, text, "a number above 0")
    return value


def _count(environ: Mapping[str, str], key: str, default: int) -> int:
    text = environ.get(key) or str(default)
    if not text.isdecimal() or int(text) < 1:
        raise bad_value(key, text, "a whole number above 0")
    return int(text)
