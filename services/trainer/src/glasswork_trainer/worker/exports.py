"""Exports of a trained model, each loaded back and compared before it is called done."""

from __future__ import annotations

import inspect
import os
import shutil
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
import numpy as np
from glasswork_sdk.errors import UserCodeFailed
from glasswork_servicekit.durable import sync_folder

from glasswork_trainer.worker.evaluation import split_of
from glasswork_trainer.worker.forward import batches, by_port, forward, input_names
from glasswork_trainer.worker.networks import Arrays
from glasswork_trainer.worker.script import MODULE

TOLERANCE = 1e-5
RANDOM_ROWS = 64
# One time for all entries, so that the zip of a SavedModel is the same bytes for the same model.
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
NOTE = """This model has layer classes of its own. They stand in the model.py inside this archive:

    unzip model.keras model.py
    python -c "import keras, model; keras.models.load_model('model.keras', custom_objects=vars(model))"
"""

Predict = Callable[[Mapping[str, Any]], Arrays]
Progress = Callable[[float], None]


def export(
    module: ModuleType, model: keras.Model, data: Any, form: str, target: Path, progress: Progress
) -> tuple[int, float]:
    """Write a model in a format, load it back and compare it on the whole test split.

    Args:
        module: the script of the model.
        model: the trained model.
        data: what `load_data` returned; without a test split random rows are compared.
        form: savedmodel, keras, tflite or onnx.
        target: the file to write.
        progress: told how much is done, 0 to 1.

    Returns:
        The size of the file and the largest difference between its outputs and the model's.

    Raises:
        UserCodeFailed: the model cannot be written in the format, or computes something else when loaded back.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = target.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    try:
        writer, loader = WRITERS[form], LOADERS[form]
        # ONNX needs a model that was called; a first call is also the cheapest test that the model runs at all.
        forward(model, next(iter(_rows(model, data))))
        writer(module, model, target, scratch)
        progress(0.5)
        difference = compare(model, loader(target, scratch), data)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    if not difference <= TOLERANCE:
        target.unlink(missing_ok=True)
        raise UserCodeFailed(
            f"The {form} export computes something else than the model: its outputs differ by up to {difference:.3g} "
            f"on the test split, expected at most {TOLERANCE:g}. Choose another format."
        )
    _sync(target)
    return target.stat().st_size, difference


def compare(model: keras.Model, predict: Predict, data: Any) -> float:
    """Return the largest difference between two models' outputs over the test split, or over random rows."""
    worst = 0.0
    for inputs in _rows(model, data):
        expected, received = forward(model, inputs), predict(inputs)
        for name, values in expected.items():
            other = received.get(name) if len(expected) > 1 else next(iter(received.values()))
            if other is None or other.shape != values.shape:
                return float("inf")
            worst = max(worst, _difference(values, other))
    return worst


def _difference(expected: Any, received: Any) -> float:
    if not expected.size:
        return 0.0
    gap = np.abs(np.asarray(expected, np.float64) - np.asarray(received, np.float64))
    # Where both are not finite in the same way they do not differ.
    same = (expected == received) | (np.isnan(expected) & np.isnan(received))
    return float(np.where(same, 0.0, np.nan_to_num(gap, nan=np.inf)).max())


def _rows(model: keras.Model, data: Any) -> Any:
    split = split_of(data, "test") if data is not None else None
    if split is not None:
        names = input_names(model)
        return ({name: inputs[name].numpy() for name in names} for inputs, _ in batches(split))
    generator = np.random.default_rng(0)
    shapes = {tensor.name: [size or 1 for size in tensor.shape[1:]] for tensor in model.inputs}
    return [{name: generator.normal(size=(RANDOM_ROWS, *shape)).astype("float32") for name, shape in shapes.items()}]


def _write_savedmodel(module: ModuleType, model: keras.Model, target: Path, scratch: Path) -> None:
    folder = scratch / "model"
    model.export(folder, format="tf_saved_model", verbose=False)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(f"model/{path.relative_to(folder).as_posix()}", ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())


def _load_savedmodel(target: Path, scratch: Path) -> Predict:
    import tensorflow as tf

    folder = scratch / "loaded"
    with zipfile.ZipFile(target) as archive:
        # Our own archive of a moment ago; its names were checked when they were written.
        archive.extractall(folder)
    loaded = tf.saved_model.load(folder / "model")

    def predict(inputs: Mapping[str, Any]) -> Arrays:
        # `loaded` has to stay referenced while its function is in use.
        return by_port(loaded.serve({name: tf.constant(value) for name, value in inputs.items()}))

    return predict


def _write_keras(module: ModuleType, model: keras.Model, target: Path, scratch: Path) -> None:
    model.save(target)
    if own_layers(module):
        with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("model.py", Path(str(module.__file__)).read_text())
            archive.writestr("README.txt", NOTE)


def own_layers(module: ModuleType) -> list[str]:
    """Return the names of the Keras classes that the script defines itself."""
    found = inspect.getmembers(module, inspect.isclass)
    return [name for name, cls in found if issubclass(cls, keras.Layer) and cls.__module__ == module.__name__]


def _load_keras(target: Path, scratch: Path) -> Predict:
    # As the note in the archive says; a file without layer classes of its own needs none of it.
    loaded = keras.models.load_model(target, custom_objects=vars(sys.modules[MODULE]), compile=False)
    return lambda inputs: forward(loaded, inputs)


def _write_tflite(module: ModuleType, model: keras.Model, target: Path, scratch: Path) -> None:
    model.export(target, format="litert", verbose=False)


def _load_tflite(target: Path, scratch: Path) -> Predict:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_path=str(target))
    runner_name = next(iter(interpreter.get_signature_list()))

    def predict(inputs: Mapping[str, Any]) -> Arrays:
        # Interpreters have a fixed batch; a runner adapts it to what it is given.
        return by_port(interpreter.get_signature_runner(runner_name)(**inputs))

    return predict


def _write_onnx(module: ModuleType, model: keras.Model, target: Path, scratch: Path) -> None:
    model.export(target, format="onnx", verbose=False)


def _load_onnx(target: Path, scratch: Path) -> Predict:
    import onnxruntime

    session = onnxruntime.InferenceSession(str(target), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    types = {entry.name: entry.type for entry in session.get_inputs()}

    def predict(inputs: Mapping[str, Any]) -> Arrays:
        missing = types.keys() - inputs.keys()
        if missing:
            raise UserCodeFailed(f"The ONNX file has other inputs than the model: {', '.join(sorted(missing))}.")
        return dict(zip(names, session.run(names, dict(inputs)), strict=True))

    return predict


def _sync(target: Path) -> None:
    descriptor = os.open(target, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    sync_folder(target.parent)


WRITERS = {"savedmodel": _write_savedmodel, "keras": _write_keras, "tflite": _write_tflite, "onnx": _write_onnx}
LOADERS = {"savedmodel": _load_savedmodel, "keras": _load_keras, "tflite": _load_tflite, "onnx": _load_onnx}
