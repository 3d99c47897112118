"""One training in a process of its own, from import to test; entered anew after every interruption."""

from __future__ import annotations

import contextlib
import json
import math
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
from glasswork_sdk.errors import GlassworkError, WrongState
from glasswork_servicekit.durable import write_file, write_json
from safetensors.numpy import load_file
from safetensors.numpy import save as save_tensors

from glasswork_trainer.core.checkpoints import Checkpoint, CheckpointStore
from glasswork_trainer.core.layout import RunFolder, read_profile, read_program
from glasswork_trainer.core.processes import TRAINING, sweep
from glasswork_trainer.core.program import Program
from glasswork_trainer.core.run import EndReason
from glasswork_trainer.worker import failures, script
from glasswork_trainer.worker.callback import Interrupted, LiveCallback
from glasswork_trainer.worker.callback_state import CallbackKeeper
from glasswork_trainer.worker.checkpointing import Capture, CheckpointWriter
from glasswork_trainer.worker.claim import claim
from glasswork_trainer.worker.evaluation import evaluate
from glasswork_trainer.worker.gradients import GradientTap
from glasswork_trainer.worker.inbox import Inbox
from glasswork_trainer.worker.inspection import Inspector
from glasswork_trainer.worker.networks import assign_weights, hash_weights, read_weights
from glasswork_trainer.worker.position import Position
from glasswork_trainer.worker.reporter import Output, Reporter
from glasswork_trainer.worker.state import TrainingState
from glasswork_trainer.worker.wire import Connection


def main(connection: Connection) -> None:
    """Train what the first message describes; the entry of the forked process."""
    order = connection.receive().header
    reporter = Reporter(connection)
    inbox = Inbox(connection)
    inbox.start()
    folder = RunFolder(Path(order["folder"]))
    claim(folder.lock)
    sweep(folder, TRAINING, kept=tempfile.gettempdir())
    program = read_program(folder)
    with contextlib.redirect_stdout(Output(reporter)):
        try:
            Training(folder, program, order, inbox, reporter).run()
        except Interrupted as interrupted:
            reporter.send("cancelled" if interrupted.stop else "left")
        except Exception as error:
            failure = failures.describe(error, folder.script, program)
            reporter.send("failed", error=vars(failure))


class Training:
    """One process' part of a training: the beginning, or what follows a checkpoint.

    Args:
        folder: the run's folder.
        program: the components of the script.
        order: `dataset` (folder), `threads` (0 to keep), `steps` (pause after so many; 0 for never), `stop` (end with
            the weights of the checkpoint), `changes` (learning rates with their positions).
        inbox: commands of the server.
        reporter: where progress goes.
    """

    def __init__(
        self, folder: RunFolder, program: Program, order: Mapping[str, Any], inbox: Inbox, reporter: Reporter
    ) -> None:
        self._folder = folder
        self._program = program
        self._order = order
        self._inbox = inbox
        self._reporter = reporter
        self._store = CheckpointStore(folder.checkpoints)
        self._writer = CheckpointWriter(self._store, reporter)
        self._history: list[dict[str, Any]] = []
        self._changes: list[dict[str, float]] = [dict(change) for change in order.get("changes", ())]
        self._metrics_to_restore: Mapping[str, Any] | None = None

    def run(self) -> None:
        """Train, keep the weights, test.

        Raises:
            Interrupted: the server ends, or the user stopped the run before its first step.
            Exception: whatever the script raises.
        """
        script.restore_threads(int(self._order.get("threads", 0)))
        module = script.import_script(self._folder.script)
        script.make_deterministic(module)
        self._reporter.send("environment", values=script.environment(module))
        data = module.load_data(Path(self._order["dataset"]))
        model = module.build_model()
        self._inspector = Inspector(module, model, self._program, Path(self._order["dataset"]), data)
        result = self._finished()
        if result is None:
            result = self._train(module, model, data)
        else:
            assign_weights(model, load_file(self._folder.weights))
        self._reporter.send("trained", **result)
        self._test(model, data, result["history"])

    def begin_epoch(self) -> None:
        """Put back the metrics of a half done epoch, once."""
        if self._metrics_to_restore is not None:
            if not self._state.restore_metrics(self._metrics_to_restore):
                text = "The metrics of the epoch that was interrupted count only the steps after the interruption."
                self._reporter.send("diagnostic", message=text)
            self._metrics_to_restore = None

    def save(self, position: Position) -> None:
        """Have a checkpoint written."""
        tensors, state = self._state.capture()
        held, callbacks = self._keeper.capture()
        state = {**state, **position.as_dict(), "callbacks": callbacks, "history": list(self._history)}
        self._writer.submit(Capture({**tensors, **held}, state, self._score()))

    def hold(self, position: Position) -> None:
        """Write the weights of a pause, for those who ask what the run predicts now; only the last ones are kept."""
        self._forget_held()
        try:
            write_file(self._folder.held(position.epoch, position.step), save_tensors(read_weights(self._model)))
        except OSError as error:
            text = f"The weights of this pause could not be written: {error.strerror}. A checkpoint predicts instead."
            self._reporter.send("diagnostic", message=text, **position.as_dict())

    def flush(self) -> None:
        """Return when all checkpoints are on disk."""
        self._writer.flush()

    def record_epoch(self, epoch: int, metrics: Mapping[str, float], not_finite: Mapping[str, str]) -> None:
        """Keep the metrics of a complete epoch; they are part of every checkpoint."""
        self._history.append({"epoch": epoch, "metrics": dict(metrics), "not_finite": dict(not_finite)})

    def keep_changes(self, position: Position) -> None:
        """Make the changes again that the user made at this position before an interruption."""
        while self._changes and (self._changes[0]["epoch"], self._changes[0]["step"]) <= (
            position.epoch,
            position.step,
        ):
            try:
                self._state.set_learning_rate(self._changes.pop(0)["learning_rate"])
            except TypeError as error:
                # Nobody could refuse it while there was no process.
                self._reporter.send("diagnostic", message=f"The learning rate stays as it is: {error}")

    def answer(self, command: Mapping[str, Any], position: Position) -> None:
        """Do what a command asks, and reply under its id."""
        try:
            if command["command"] == "learning_rate":
                value = float(command["value"])
                self._state.set_learning_rate(value)
                # Told by itself: nobody may wait for the reply any more.
                self._reporter.send("changed", learning_rate=value, **position.as_dict())
                self._reporter.send("reply", id=command["id"])
            if command["command"] == "variables":
                step = position.epoch * position.steps + position.step
                variables = self._inspector.describe(str(command["component"]), self._tap.gradients())
                self._reporter.send("reply", id=command["id"], step=step, variables=variables)
        except GlassworkError as error:
            self._reporter.send("reply", id=command["id"], error=error.message, reason=error.reason)
        except Exception as error:
            self._reporter.send("reply", id=command["id"], error=str(error), reason=WrongState.reason)

    def _finished(self) -> dict[str, Any] | None:
        """Return how training ended, where an interruption came between its end and the test."""
        try:
            return dict(json.loads(self._folder.result.read_bytes()))
        except FileNotFoundError:
            return None

    def _train(self, module: ModuleType, model: keras.Model, data: Any) -> dict[str, Any]:
        epochs, steps = int(getattr(module, "EPOCHS", 1)), int(data.steps or 0)
        self._forget_held()
        self._model, self._state = model, TrainingState(model)
        checkpoint = self._store.newest()
        epoch, step = (int(checkpoint.state["epoch"]), int(checkpoint.state["step"])) if checkpoint else (0, 0)
        self._keeper = CallbackKeeper(twice=step > 0 and epoch + 1 < epochs)
        self._keeper.install()
        self._tap = GradientTap()
        self._tap.install()
        if checkpoint is not None:
            self._restore(checkpoint, data)
        position = Position(epoch, step, steps)
        restored = None if checkpoint is None else {**position.as_dict(), "history": self._history}
        self._reporter.send("started", epochs=epochs, steps=steps, restored=restored)
        self.keep_changes(position)
        reason = self._fit(module, model, data, position, epochs)
        return self._keep(model, position, reason)

    def _restore(self, checkpoint: Checkpoint, data: Any) -> None:
        epoch, step = int(checkpoint.state["epoch"]), int(checkpoint.state["step"])
        self._state.restore(checkpoint.tensors, checkpoint.state)
        if step and data.train is not None:
            self._state.build_metrics(next(iter(data.train(epoch, step))))
        self._keeper.restore(checkpoint.tensors, list(checkpoint.state["callbacks"]))
        self._history = list(checkpoint.state["history"])
        self._changes = [change for change in self._changes if (change["epoch"], change["step"]) >= (epoch, step)]
        self._metrics_to_restore = checkpoint.tensors if step else None

    def _fit(self, module: ModuleType, model: keras.Model, data: Any, position: Position, epochs: int) -> EndReason:
        every = int(getattr(module, "CHECKPOINT_EVERY", 1))
        callback = LiveCallback(position, self._inbox, self._reporter, self._tap, self, every)
        callback.hold_after(int(self._order.get("steps", 0)))
        epoch, step = position.epoch, position.step
        try:
            if self._order.get("stop"):
                raise Interrupted(stop=True)
            module.train(model, data, [callback], epoch, step)
        except Interrupted as interrupted:
            if not interrupted.stop or (position.epoch, position.step) == (0, 0):
                raise
            return EndReason.STOPPED
        return EndReason.COMPLETED if position.epoch >= epochs else EndReason.EARLY_STOPPING

    def _keep(self, model: keras.Model, position: Position, reason: EndReason) -> dict[str, Any]:
        """Write the weights, then the file that says that they are whole."""
        self._writer.flush()
        weights = read_weights(model)
        result = {
            **position.as_dict(),
            "weights_hash": hash_weights(weights),
            "end_reason": str(reason),
            "history": self._history,
        }
        write_file(self._folder.weights, save_tensors(weights))
        write_json(self._folder.result, result)
        self._forget_held()
        return result

    def _forget_held(self) -> None:
        for path in self._folder.work.glob("held-*"):
            path.unlink(missing_ok=True)

    def _test(self, model: keras.Model, data: Any, history: list[dict[str, Any]]) -> None:
        """Test on the test split; a test that fails is a finding, the weights are there all the same."""
        metrics = history[-1]["metrics"] if history else {}
        try:
            found = evaluate(model, data, self._program, read_profile(self._folder), metrics)
        except Exception as error:
            failure = failures.describe(error, self._folder.script, self._program)
            self._reporter.send("diagnostic", message=f"The test at the end failed: {failure.message}")
            found = {"rows": 0}
        self._reporter.send("tested", results=found)

    def _score(self) -> float | None:
        """Return the loss of the last epoch by which checkpoints are compared, or None."""
        if not self._history:
            return None
        metrics = self._history[-1]["metrics"]
        score = metrics.get("val_loss", metrics.get("loss"))
        return score if score is not None and math.isfinite(score) else None
