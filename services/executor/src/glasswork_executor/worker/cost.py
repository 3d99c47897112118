"""What a model costs: its script is run as training runs it, for a few batches, and left."""

from __future__ import annotations

import contextlib
import logging
import sys
import time
import types
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from glasswork_executor.core.program import CLASS, EXPRESSION
from glasswork_executor.worker.failures import Failure, failure_of
from glasswork_executor.worker.flops import NotCounted, flops_of_call, flops_of_model

MODULE = "glasswork_cost"
SECONDS = 6.0
"""After so long the epoch is worked out from the batches that were timed."""
FEWEST_BATCHES = 5
EPOCHS = 20
EPOCHS_SECONDS = 1.5
"""Short epochs differ much from each other, so several are taken, for so long."""
Send = Callable[[Mapping[str, Any]], None]


def estimate(request: Mapping[str, Any], send: Send) -> None:
    """Tell the cost of a model in parts, each as soon as it is known.

    Args:
        request: script, components (id, kind, shared owner) and folder.
        send: told each part; a part that cannot be known is told with its reason.
    """
    silence()
    before = _memory("VmRSS")
    try:
        module = _load(request["script"])
        model = module.build_model()
    except Exception as error:
        send(_unknown(("parameters", "flops", "memory_bytes", "epoch_seconds"), _reason(error)))
        return
    layers = {name: layer for network in _networks(model) for name, layer in _layers(network)}
    send({"kind": "cost", "parameters": int(model.count_params()), "components": _parameters(request, layers)})
    send(_flops(request["components"], layers, model))
    try:
        seconds = epoch_seconds(module, model, Path(request["folder"]))
        send({"kind": "cost", "epoch_seconds": seconds, "memory_bytes": max(0, _memory("VmHWM") - before)})
    except Exception as error:
        send(_unknown(("memory_bytes", "epoch_seconds"), _reason(error)))


def silence() -> None:
    """Keep notices about old interfaces, of which there is no newer one, out of the log."""
    warnings.simplefilter("ignore")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)


class Clock(keras.callbacks.Callback):  # type: ignore[misc]
    """Takes the times of batches and epochs, and leaves the training when it knows enough."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[float] = []
        self.epochs: list[float] = []
        self._begun = self._compiled = self._epoch = self._batch = time.perf_counter()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Take the time."""
        self._epoch = self._batch = time.perf_counter()

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
        if len(self.epochs) == 1:
            self._compiled = now
        elif len(self.epochs) > EPOCHS or now - self._compiled > EPOCHS_SECONDS:
            raise _Enough


class _Enough(BaseException):
    """The times are known; no handler of the user's code shall take it for an error."""


def epoch_seconds(module: types.ModuleType, model: keras.Model, folder: Path) -> float:
    """Return the time that an epoch of training takes once everything is compiled.

    Args:
        module: the script.
        model: its model.
        folder: the dataset's folder.
    """
    keras.utils.set_random_seed(int(getattr(module, "SEED", 0)))
    tf.config.experimental.enable_op_determinism()
    data, clock = module.load_data(folder), Clock()
    if isinstance(getattr(module, "EPOCHS", None), int):
        # One epoch compiles; the time of another is wanted.
        module.__dict__["EPOCHS"] = max(EPOCHS + 1, module.__dict__["EPOCHS"])
    with contextlib.suppress(_Enough):
        module.train(model, data, callbacks=[clock])
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


def _load(script: str) -> types.ModuleType:
    sys.setrecursionlimit(20_000)
    module = types.ModuleType(MODULE)
    sys.modules[MODULE] = module
    exec(compile(script, "model.py", "exec"), module.__dict__)  # noqa: S102 - what this process is for
    return module


def _networks(model: keras.Model) -> list[keras.Model]:
    others = [item for item in vars(model).values() if isinstance(item, keras.Model) and item is not model]
    return [model, *others]


def _layers(network: keras.Model) -> Iterator[tuple[str, keras.Layer]]:
    for layer in network._flatten_layers(include_self=False):
        yield layer.name, layer


def _own(components: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [item for item in components if item["kind"] in {EXPRESSION, CLASS}]


def _parameters(request: Mapping[str, Any], layers: Mapping[str, keras.Layer]) -> dict[str, int]:
    found = dict.fromkeys((item["id"] for item in request["components"]), 0)
    for item in _own(request["components"]):
        if item["id"] in layers:
            found[item["id"]] = int(layers[item["id"]].count_params())
    return found


def _flops(
    components: Sequence[Mapping[str, Any]], layers: Mapping[str, keras.Layer], model: keras.Model
) -> dict[str, Any]:
    """Return the operations of each component and of the model, and why those that are not known are not."""
    found, reasons = dict.fromkeys((item["id"] for item in components), 0), dict[str, str]()
    calls: dict[str, int] = {}
    for item in _own(components):
        owner = item["shares"] or item["id"]
        number = calls[owner] = calls.get(owner, -1) + 1
        if owner not in layers:
            continue  # it leads to the targets, which are made before the model
        try:
            layer = layers[owner]
            found[item["id"]] = flops_of_call(layer, layer._inbound_nodes[number])
        except Exception as error:
            del found[item["id"]]
            reasons[item["id"]] = _reason(error)
    part: dict[str, Any] = {"kind": "cost", "component_flops": found, "component_reasons": reasons}
    if reasons:
        first = next(iter(reasons))
        return {**part, "unknown": {"flops": f"those of '{first}' are not known: {reasons[first]}"}}
    try:
        return {**part, "flops": flops_of_model(model)}
    except Exception as error:
        return {**part, "unknown": {"flops": _reason(error)}}


def _unknown(what: Sequence[str], reason: str) -> dict[str, Any]:
    return {"kind": "cost", "unknown": dict.fromkeys(what, reason)}


def _reason(error: Exception) -> str:
    if isinstance(error, NotCounted):
        return str(error)
    failure: Failure = failure_of(error, "model.py")
    return failure.message


def _memory(name: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(np.int64(line.split()[1])) * 1024
    return 0
