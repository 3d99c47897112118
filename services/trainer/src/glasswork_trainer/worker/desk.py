"""Answers questions about a trained run: predictions, variables, tests, exports."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import keras
from glasswork_sdk.errors import GlassworkError, WrongState
from safetensors.numpy import load_file

from glasswork_trainer.core.checkpoints import CheckpointStore
from glasswork_trainer.core.layout import RunFolder, read_profile, read_program
from glasswork_trainer.worker import exports, failures, script
from glasswork_trainer.worker.evaluation import evaluate
from glasswork_trainer.worker.inspection import Inspector
from glasswork_trainer.worker.networks import Arrays, assign_weights
from glasswork_trainer.worker.prediction import predict, predict_samples
from glasswork_trainer.worker.wire import Connection

Answer = dict[str, Any]


def main(connection: Connection) -> None:
    """Answer until the server closes the connection; the entry of the forked process."""
    setup = connection.receive().header
    folder = RunFolder(Path(setup["folder"]))
    script.restore_threads(int(setup["threads"]))
    place = int(setup["epoch"]), int(setup["step"])

    def progress(share: float) -> None:
        connection.send({"kind": "progress", "value": share})

    desk = Desk(folder, Path(setup["dataset"]), place, progress)
    while True:
        question = connection.receive().header
        try:
            answer = {"kind": "result", **desk.answer(question)}
        except GlassworkError as error:
            fields = [(violation.field, violation.description) for violation in error.fields]
            answer = {"kind": "refused", "reason": error.reason, "message": error.message, "fields": fields}
        except Exception as error:
            failure = failures.describe(error, folder.script, read_program(folder))
            answer = {"kind": "failed", "error": vars(failure)}
        connection.send(answer)


class Desk:
    """A run's script with its weights; everything is loaded when it is first needed.

    Args:
        folder: the run's folder.
        dataset: folder of its dataset.
        place: complete epochs, and steps within the present one, that the run has done.
        progress: told how much of an answer is done, 0 to 1.
    """

    def __init__(
        self, folder: RunFolder, dataset: Path, place: tuple[int, int], progress: Callable[[float], None]
    ) -> None:
        self._folder = folder
        self._dataset = dataset
        self._place = place
        self._progress = progress
        self._program = read_program(folder)
        self._profile = read_profile(folder)

    def answer(self, question: Mapping[str, Any]) -> Answer:
        """Return the answer to `predict`, `samples`, `variables`, `test` or `export`.

        Raises:
            GlassworkError: the question cannot be answered.
            Exception: whatever the script raises.
        """
        return {
            "predict": self._predict,
            "samples": self._samples,
            "variables": self._variables,
            "test": self._test,
            "export": self._export,
        }[str(question["ask"])](question)

    def _predict(self, question: Mapping[str, Any]) -> Answer:
        rows = question["rows"]
        found = predict(self._module, self._model, self._program, self._profile, self._dataset, rows)
        return {"predictions": found}

    def _samples(self, question: Mapping[str, Any]) -> Answer:
        wanted = str(question["split"]), int(question["first"]), int(question["count"])
        return predict_samples(self._module, self._model, self._program, self._profile, self._dataset, *wanted)

    def _variables(self, question: Mapping[str, Any]) -> Answer:
        data = None if hasattr(self._module, "read_table") else self._data
        inspector = Inspector(self._module, self._model, self._program, self._dataset, data)
        return {"variables": inspector.describe(str(question["component"]))}

    def _test(self, question: Mapping[str, Any]) -> Answer:
        arguments = (self._model, self._data, self._program, self._profile, question["metrics"])
        return {"results": evaluate(*arguments, split=str(question["subject"]), progress=self._progress)}

    def _export(self, question: Mapping[str, Any]) -> Answer:
        form, target = str(question["subject"]), Path(question["target"])
        size, difference = exports.export(self._module, self._model, self._data, form, target, self._progress)
        return {"bytes": size, "max_difference": difference}

    @cached_property
    def _module(self) -> Any:
        module = script.import_script(self._folder.script)
        script.make_deterministic(module)
        return module

    @cached_property
    def _data(self) -> Any:
        return self._module.load_data(self._dataset)

    @cached_property
    def _model(self) -> keras.Model:
        model: keras.Model = self._module.build_model()
        assign_weights(model, self._weights())
        return model

    def _weights(self) -> Arrays:
        """Return the final weights, else those of the pause at this place, else those of the newest checkpoint."""
        if self._folder.result.is_file() and json.loads(self._folder.result.read_bytes()):
            return load_file(self._folder.weights)
        if self._folder.held(*self._place).is_file():
            return load_file(self._folder.held(*self._place))
        checkpoint = CheckpointStore(self._folder.checkpoints).newest()
        if checkpoint is None:
            raise WrongState("This run has no weights yet. Let it train until its first checkpoint.")
        marked = {name: value for name, value in checkpoint.tensors.items() if name.startswith("weight/")}
        return {name.removeprefix("weight/"): value for name, value in marked.items()}
