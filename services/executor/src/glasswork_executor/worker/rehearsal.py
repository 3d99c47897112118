"""A rehearsal of training: the script is run as the trainer runs it, for a few epochs or seconds, and left."""

from __future__ import annotations

import contextlib
import os
import time
import types
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from glasswork_executor.core.cost import MEASURES
from glasswork_executor.worker.cost import load, reason_of, silence, unknown
from glasswork_executor.worker.flops import NotCounted

SECONDS = 6.0
"""After so long the epoch is worked out from the batches that were timed."""
FEWEST_BATCHES = 5
EPOCHS = 20
EPOCHS_SECONDS = 1.5
"""Short epochs differ much from each other, so several are taken, for so long."""
Send = Callable[[Mapping[str, Any]], None]


def rehearse(request: Mapping[str, Any], send: Send) -> None:
    """Tell the time of an epoch, and what memory training takes.

    Args:
        request: script and folder of the dataset.
        send: told both, or why they cannot be known.
    """
    silence()
    before = private_bytes()
    try:
        module = load(request["script"])
        seconds = epoch_seconds(module, Path(request["folder"]))
    except Exception as error:
        send(unknown(MEASURES, reason_of(error)))
        return
    send({"kind": "cost", "epoch_seconds": seconds, "memory_bytes": max(0, peak_private_bytes() - before)})


class Clock(keras.callbacks.Callback):  # type: ignore[misc]
    """Takes the times of batches and epochs, and leaves the training when it knows enough."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[float] = []
        self.epochs: list[float] = []
        self._begun = self._compiled = self._epoch = self._batch = time.perf_counter()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Take the time; what an epoch does before its first batch belongs to it."""
        self._batch = time.perf_counter()

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Take the time."""
        self._batch = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Keep the time of a batch; those of the first seconds compile and are slower."""
        now = time.perf_counter()
        self.batches.append(now - self._batch)
        self._batch = now
        if now - self._begun > SECONDS and len(self.batches) > FEWEST_BATCHES:
            raise _Enough

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Keep the time of an epoch; the first compiles, the second is as all others are."""
        now = time.perf_counter()
        self.epochs.append(now - self._epoch)
        self._epoch = now
        if len(self.epochs) == 1:
            self._compiled = now
        elif len(self.epochs) > EPOCHS or now - self._compiled > EPOCHS_SECONDS:
            raise _Enough


class Keeper(keras.callbacks.Callback):  # type: ignore[misc]
    """Writes the state of the training at each epoch, beside the training, as a run writes its checkpoints.

    Args:
        path: the file that is written again and again.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._writer = ThreadPoolExecutor(1)
        self._written: Future[None] | None = None

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Copy the state, and have it written; one that the disk is too slow for is left out."""
        optimizer = getattr(self.model, "optimizer", None)
        variables = [*self.model.weights, *(optimizer.variables if optimizer is not None else ())]
        copied = [np.asarray(variable) for variable in variables]
        if self._written is None or self._written.done():
            self._written = self._writer.submit(self._write, copied)

    def _write(self, arrays: Sequence[NDArray[Any]]) -> None:
        with self._path.open("wb") as file:
            for array in arrays:
                file.write(array.tobytes())
            file.flush()
            os.fsync(file.fileno())


class _Enough(BaseException):
    """The times are known; no handler of the user's code shall take it for an error."""


def epoch_seconds(module: types.ModuleType, folder: Path) -> float:
    """Return the time that an epoch of training takes once everything is compiled.

    Args:
        module: the script.
        folder: the dataset's folder.

    Raises:
        NotCounted: its training tells of no batches.
    """
    keras.utils.set_random_seed(int(getattr(module, "SEED", 0)) or 1)
    tf.config.experimental.enable_op_determinism()
    data, model, clock = module.load_data(folder), module.build_model(), Clock()
    if isinstance(getattr(module, "EPOCHS", None), int):
        # One epoch compiles; the time of another is wanted.
        module.__dict__["EPOCHS"] = max(EPOCHS + 1, module.__dict__["EPOCHS"])
    with contextlib.suppress(_Enough):
        module.train(model, data, callbacks=[Keeper(Path("checkpoint")), clock])
    if len(clock.epochs) > 1:
        return median(clock.epochs[1:])
    if not clock.batches:
        raise NotCounted("the training tells of no batches")
    # Of the batches the later half: the first ones compile and fill caches.
    batch = median(clock.batches[len(clock.batches) // 2 :])
    return batch * int(data.steps) + _validation_seconds(model, data.validation)


def _validation_seconds(model: keras.Model, validation: Any) -> float:
    if validation is None:
        return 0.0
    batches = int(validation.cardinality())
    model.evaluate(validation.take(1), verbose=0)
    begun = time.perf_counter()
    model.evaluate(validation.take(2), verbose=0)
    return (time.perf_counter() - begun) * max(batches, 1) / min(max(batches, 1), 2)


def private_bytes() -> int:
    """Return the memory that this process has for itself alone."""
    return _memory()["RssAnon"]


def peak_private_bytes() -> int:
    """Return the most that this process has had for itself alone.

    The system keeps the peak of all its pages only, those of files included, which come and do not go.
    """
    figures = _memory()
    return max(figures["RssAnon"], figures["VmHWM"] - figures["RssFile"])


def _memory() -> dict[str, int]:
    found = {"RssAnon": 0, "VmHWM": 0, "RssFile": 0}
    for line in Path("/proc/self/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name in found:
            found[name] = int(value.split()[0]) * 1024
    return found
