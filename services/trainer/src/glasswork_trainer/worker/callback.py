"""The callback that the trainer hangs into `train`: reports, obeys, and writes checkpoints."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Protocol

import keras

from glasswork_trainer.worker.gradients import GradientTap
from glasswork_trainer.worker.inbox import Inbox
from glasswork_trainer.worker.position import Position
from glasswork_trainer.worker.reporter import Reporter, split_metrics
from glasswork_trainer.worker.state import build_optimizer

REPORT_SECONDS = 0.1
# It takes two points to draw a line: these come as soon as they are there.
FIRST_REPORTS = 2
# In a long epoch a checkpoint is written in between, so seldom that it costs at most about 2 % of the time.
CHECKPOINT_SECONDS = 30.0
CHECKPOINT_SHARE = 50
# Where a step takes less, a pause may wait for one more and is still there within 100 ms.
QUICK_SECONDS = 0.04
PATIENCE_SECONDS = 0.06


class Interrupted(BaseException):
    """Leaves `train` at the end of a batch; no `except Exception` of a training loop holds it.

    Args:
        stop: True where the user stopped the run, False where its server ends.
    """

    def __init__(self, stop: bool) -> None:
        super().__init__("stop" if stop else "leave")
        self.stop = stop


class Actions(Protocol):
    """What the callback asks of the run."""

    def begin_epoch(self) -> None:
        """Put back the metrics of a half done epoch, where the process took over in one."""

    def save(self, position: Position) -> None:
        """Have a checkpoint written."""

    def hold(self, position: Position) -> None:
        """Write the weights of a pause, for those who ask what the run predicts now."""

    def flush(self) -> None:
        """Return when all checkpoints are on disk."""

    def record_epoch(self, epoch: int, metrics: Mapping[str, float], not_finite: Mapping[str, str]) -> None:
        """Keep the metrics of a complete epoch."""

    def keep_changes(self, position: Position) -> None:
        """Make the changes again that the user made at this position before an interruption."""

    def answer(self, command: Mapping[str, Any], position: Position) -> None:
        """Do what a command asks, and reply."""


class LiveCallback(keras.callbacks.Callback):  # type: ignore[misc]
    """Watches one training from its first step to its last.

    Args:
        position: where training is; moved on by this callback.
        inbox: commands of the server.
        reporter: where progress goes.
        tap: armed for the last step before a pause.
        run: what commands and positions are acted on with.
        every: epochs between checkpoints; 0 for none but at a pause and at the end of the server.
    """

    def __init__(
        self, position: Position, inbox: Inbox, reporter: Reporter, tap: GradientTap, run: Actions, every: int = 1
    ) -> None:
        super().__init__()
        self._tap = tap
        self._every = every
        self._step_began = 0.0
        self._step_seconds = float("inf")
        self._pause_due: float | None = None
        self._position = position
        self._inbox = inbox
        self._reporter = reporter
        self._run = run
        self._reported = 0.0
        self._reports = 0
        self._saved = time.monotonic()
        self._saved_at = (position.epoch, position.step)
        self._save_every = CHECKPOINT_SECONDS
        self._steps_left: int | None = None
        self._told_of_loss = False

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Make what a step would make while it is traced."""
        build_optimizer(self.model)
        self._tap.prepare(self.model.trainable_variables)

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Write the checkpoint of the epochs before; by now every callback and loop has done its part of them."""
        resumed = self._position.begin(epoch)
        self._run.begin_epoch()
        if not resumed and self._every and epoch % self._every == 0:
            self._save()
        self._attend()

    def on_train_batch_begin(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Begin to measure how long a step takes."""
        self._step_began = time.monotonic()

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Count, report at once in the beginning and then at most each 100 ms, obey."""
        self._position.advance(int(getattr(self.model, "steps_per_execution", 1) or 1))
        now = time.monotonic()
        self._step_seconds = now - self._step_began
        if self._reports < FIRST_REPORTS or now - self._reported >= REPORT_SECONDS:
            self._reported = now
            self._reports += 1
            self._report("batch", logs)
        self._run.keep_changes(self._position)
        self._count_down(logs)
        self._attend(logs)
        if self._every and now - self._saved >= self._save_every:
            self._save()

    def on_test_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Obey in the middle of validation as well."""
        self._attend()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Report the epoch."""
        self._position.complete()
        self._report("epoch", logs)

    def hold_after(self, steps: int) -> None:
        """Pause after so many steps; 0 for never."""
        self._tap.forget()
        self._steps_left = steps or None
        if steps == 1:
            self._tap.arm()

    def _count_down(self, logs: Mapping[str, Any] | None) -> None:
        """Pause after the last step that was asked for, with its gradients."""
        if self._steps_left is None:
            return
        self._steps_left -= 1
        if self._steps_left == 1:
            self._tap.arm()
        elif self._steps_left <= 0:
            self._pause(logs)

    def _attend(self, logs: Mapping[str, Any] | None = None) -> None:
        """Do what is asked; where steps are quick, a pause comes after one more, whose gradients are kept."""
        while self._inbox.waiting:
            command = self._inbox.next()
            if command["command"] != "pause":
                self._obey(command)
            elif self._step_seconds < QUICK_SECONDS:
                self._tap.arm()
                self._steps_left, self._pause_due = 1, time.monotonic() + PATIENCE_SECONDS
            else:
                self._pause(logs)
        if self._pause_due is not None and time.monotonic() > self._pause_due:
            # A validation may be long, and no step comes within it.
            self._pause(logs, stepped=False)

    def _pause(self, logs: Mapping[str, Any] | None, stepped: bool = True) -> None:
        """Hold training in this place until the server says how to go on."""
        self._steps_left = self._pause_due = None
        self._tap.disarm(stepped)
        self._report("batch", logs)
        # Before it is told: a checkpoint may take long, and where no training can begin there is none.
        self._run.hold(self._position)
        self._reporter.send("paused", **self._position.as_dict())
        self._save()
        while True:
            command = self._inbox.next()
            if command["command"] == "resume":
                self.hold_after(int(command.get("steps", 0)))
                self._reporter.send("resumed", **self._position.as_dict())
                return
            if command["command"] != "pause":
                self._obey(command)

    def _obey(self, command: Mapping[str, Any]) -> None:
        if command["command"] == "stop":
            raise Interrupted(stop=True)
        if command["command"] == "leave":
            self._save()
            self._run.flush()
            raise Interrupted(stop=False)
        self._run.answer(command, self._position)

    def _save(self) -> None:
        place = (self._position.epoch, self._position.step)
        if place == self._saved_at or not self._position.can_be_entered:
            return
        began = time.monotonic()
        self._run.save(self._position)
        self._saved, self._saved_at = time.monotonic(), place
        self._save_every = max(CHECKPOINT_SECONDS, CHECKPOINT_SHARE * (self._saved - began))

    def _report(self, kind: str, logs: Mapping[str, Any] | None) -> None:
        metrics, not_finite = split_metrics(logs)
        place = self._position.as_dict()
        if kind == "epoch":
            self._run.record_epoch(self._position.epoch, metrics, not_finite)
        if metrics or not_finite or kind == "epoch":
            self._reporter.send(kind, metrics=metrics, not_finite=not_finite, **place)
        if "loss" in not_finite and not self._told_of_loss:
            self._told_of_loss = True
            self._reporter.send("diagnostic", message=_loss_message(not_finite["loss"], place), **place)


def _loss_message(value: str, place: Mapping[str, int]) -> str:
    return (
        f"The loss is {value} in epoch {place['epoch'] + 1}, step {place['step']}: the model no longer learns. Try a "
        "smaller learning rate, normalize the inputs, and look for missing or huge values in the data."
    )
