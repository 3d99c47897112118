"""A run's training over all the processes it takes: started, interrupted, resumed, ended."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from glasswork_sdk.errors import DeadlineExceeded, Unavailable, WrongState
from glasswork_servicekit.worker import Worker

from glasswork_trainer.core.events import EventKind
from glasswork_trainer.core.live import SERVER, USER, LiveRun
from glasswork_trainer.core.process import Ending, RunProcess
from glasswork_trainer.core.processes import TRAINING, Processes
from glasswork_trainer.core.run import Failure, State, failure_from

# A process that dies so often without getting further dies of the run itself.
ATTEMPTS = 3
PAUSE_SECONDS = 12.0
STOP_SECONDS = 10.0
LEAVE_SECONDS = 3.0
# A full disk may have room again by then.
DISK_SECONDS = 5.0
FORK_PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0)
CRASHES = (signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE)


class Training:
    """Brings one run to its end, with a process at a time.

    Args:
        live: the run.
        dataset: folder of its dataset.
        processes: makes its processes.
    """

    def __init__(self, live: LiveRun, dataset: Path, processes: Processes) -> None:
        self._live = live
        self._dataset = dataset
        self._processes = processes
        self._process: RunProcess | None = None
        self._waiting: list[Mapping[str, Any]] = []
        self._leaving = False
        self._killing = False
        self._trained = bool(live.run.weights_hash)
        self._progressed = False

    @property
    def trained(self) -> bool:
        """Whether training is over and only the test goes on."""
        return self._trained

    async def drive(self, *, steps: int = 0, stop: bool = False) -> None:
        """Run processes until the run has ended, is to be left, or was killed while it was paused.

        Args:
            steps: pause after so many steps; 0 for never.
            stop: end with the weights of the last checkpoint.
        """
        failures = 0
        while not self._leaving:
            self._progressed = False
            try:
                self._live.change_state(State.RUNNING)
                ending = await self._run_once(steps, stop)
                if ending.kind != "died":
                    self._finish(ending)
                    return
            except OSError as error:
                if self._live.run.state.terminal:
                    return
                logging.getLogger(__name__).exception("%s: what its process told cannot be kept", self._live.run.id)
                what = error.strerror or type(error).__name__
                ending = Ending("died", {"why": f"the server could not write: {what}"})
                await asyncio.sleep(DISK_SECONDS)
            if self._killing:
                self._end_early()
                return
            if self._leaving or self._live.run.state == State.PAUSED:
                return
            failures = 1 if self._progressed else failures + 1
            if self._is_hopeless(ending, failures):
                return

    async def pause(self) -> None:
        """Stop the steps, and return when they have stopped.

        Raises:
            WrongState: training is over.
            DeadlineExceeded: the run has no first step yet; it pauses there.
        """
        if self._trained:
            raise WrongState(f"The run '{self._live.run.id}' has finished training and is being tested.")
        await self._command("pause")
        if not await self._live.until(lambda run: run.state == State.PAUSED or run.state.terminal, PAUSE_SECONDS):
            raise DeadlineExceeded("The run is still reading its data. It pauses at its first step; watch its events.")

    async def resume(self, steps: int) -> None:
        """Let a paused process go on."""
        await self._command("resume", steps=steps)
        await self._live.until(lambda run: run.state != State.PAUSED, PAUSE_SECONDS)

    async def stop(self) -> None:
        """End training early, or the test at its end; without a step done the run is cancelled at once."""
        if self._live.run.trained and not self._trained:
            await self._command("stop")
        else:
            self._killing = True
            if self._process is not None:
                self._process.kill()
        await self._live.until(lambda run: run.state.terminal, STOP_SECONDS)

    async def set_learning_rate(self, value: float) -> None:
        """Change the learning rate, and return when it has taken effect.

        Raises:
            WrongState: the optimizer has a schedule, or training is over.
            DeadlineExceeded: the run is within something long; the rate takes effect after it.
        """
        if self._trained:
            raise WrongState(f"The run '{self._live.run.id}' has finished training and is being tested.")
        if self._process is None:
            # The process that is just being made is told all changes.
            self._live.change_learning_rate(value)
            return
        try:
            await self._process.ask("learning_rate", value=value)
        except DeadlineExceeded:
            raise DeadlineExceeded(
                "The run is within something long, as reading its data. The new learning rate takes effect at the next "
                "end of a batch; watch its events."
            ) from None

    async def variables(self, component: str) -> tuple[Mapping[str, Any], list[bytes]] | None:
        """Return the variables of a component of the paused process; None where there is no process.

        Raises:
            WrongState: there is no such component, or it has no variables.
        """
        if self._process is None:
            return None
        message = await self._process.ask("variables", component=component)
        return message.header, list(message.blobs)

    async def leave(self) -> None:
        """Let the process write a checkpoint and end; kill it where it does not."""
        self._leaving = True
        process = self._process
        if process is None:
            return
        await process.send({"command": "leave"})
        for _ in range(int(LEAVE_SECONDS / 0.05)):
            if self._process is None:
                return
            await asyncio.sleep(0.05)
        process.kill()

    async def _command(self, name: str, **values: Any) -> None:
        """Send a command, or keep it for the process that is just being made."""
        if self._process is None:
            self._waiting.append({"command": name, **values})
        else:
            await self._process.send({"command": name, **values})

    async def _run_once(self, steps: int, stop: bool) -> Ending:
        live = self._live
        worker = await self._fork()
        self._process = RunProcess(worker, self._on_message)
        order = {
            "folder": str(live.folder.path),
            "dataset": str(self._dataset),
            "threads": int(live.run.environment.get("threads", 0)),
            "changes": live.run.changes,
            "steps": steps,
            "stop": stop,
        }
        try:
            if self._killing:
                self._process.kill()
            waiting, self._waiting = self._waiting, []
            return await self._process.run([order, *waiting])
        finally:
            self._process = None

    async def _fork(self) -> Worker:
        """Return a process; a zygote that has just died is there again in a moment."""
        folder = self._live.folder
        for pause in FORK_PAUSES:
            with contextlib.suppress(Unavailable):
                return await self._processes.fork(TRAINING, folder)
            await asyncio.sleep(pause)
        return await self._processes.fork(TRAINING, folder)

    def _on_message(self, message: Mapping[str, Any]) -> None:
        values = dict(message)
        getattr(self, f"_on_{values.pop('kind')}")(values)

    def _on_environment(self, values: dict[str, Any]) -> None:
        run = self._live.run
        differing = [key for key, value in values["values"].items() if run.environment.get(key, value) != value]
        if differing:
            text = f"The run goes on under other conditions ({', '.join(differing)}): its numbers may differ slightly."
            self._live.emit(EventKind.DIAGNOSTIC, message=text)
        run.environment.update(values["values"])

    def _on_started(self, values: dict[str, Any]) -> None:
        run = self._live.run
        run.epochs, run.steps = int(values["epochs"]), int(values["steps"])
        restored = values["restored"]
        if restored is not None:
            # The process may have been killed before its last epochs were told; they are in the checkpoint.
            for row in restored["history"]:
                self._on_epoch({**row, "step": 0})
            run.epoch, run.step = int(restored["epoch"]), int(restored["step"])
            text = f"Resumed from the checkpoint at epoch {run.epoch + 1}, step {run.step}."
            self._live.emit(EventKind.LOG, message=text)
        self._live.save()

    def _on_batch(self, values: dict[str, Any]) -> None:
        self._live.emit(EventKind.BATCH, **values)

    def _on_epoch(self, values: dict[str, Any]) -> None:
        if int(values["epoch"]) > self._live.run.logged_epochs:
            self._live.emit(EventKind.EPOCH, **values)

    def _on_checkpoint(self, values: dict[str, Any]) -> None:
        self._progressed = True
        self._live.emit(EventKind.CHECKPOINT, epoch=values["epoch"], step=values["step"], message=values["name"])
        asyncio.get_running_loop().run_in_executor(None, self._live.sync)

    def _on_log(self, values: dict[str, Any]) -> None:
        self._live.emit(EventKind.LOG, **values)

    def _on_diagnostic(self, values: dict[str, Any]) -> None:
        self._live.emit(EventKind.DIAGNOSTIC, **values)

    def _on_changed(self, values: dict[str, Any]) -> None:
        self._live.change_learning_rate(**values)

    def _on_paused(self, values: dict[str, Any]) -> None:
        self._live.run.epoch, self._live.run.step = int(values["epoch"]), int(values["step"])
        self._live.change_state(State.PAUSED, paused_by=USER)

    def _on_resumed(self, values: dict[str, Any]) -> None:
        self._live.change_state(State.RUNNING)

    def _on_trained(self, values: dict[str, Any]) -> None:
        # A process that begins with the test tells it again, and has got no further by that.
        if not self._trained:
            self._trained = self._progressed = True
        run = self._live.run
        for row in values["history"]:
            self._on_epoch({**row, "step": 0})
        run.epoch, run.step = int(values["epoch"]), int(values["step"])
        run.weights_hash, run.end_reason = values["weights_hash"], values["end_reason"]
        self._live.save()

    def _finish(self, ending: Ending) -> None:
        live = self._live
        if ending.kind == "tested":
            live.run.test = dict(ending.header["results"])
            live.save()
            live.change_state(State.SUCCEEDED, reason=live.run.end_reason)
        elif ending.kind == "failed":
            live.change_state(State.FAILED, error=failure_from(ending.header["error"]))
        elif ending.kind == "cancelled":
            live.change_state(State.CANCELLED)
        elif live.run.state != State.PAUSED:
            live.change_state(State.PAUSED, paused_by=SERVER)

    def _end_early(self) -> None:
        """End a run whose process was killed for it: without a test where it is trained, else without anything."""
        if self._trained:
            self._end_untested("the run was stopped")
        else:
            self._live.change_state(State.CANCELLED)

    def _end_untested(self, why: str) -> None:
        """End a trained run without a test; the weights are there all the same."""
        self._live.emit(EventKind.DIAGNOSTIC, message=f"There is no test at the end: {why}.")
        self._finish(Ending("tested", {"results": {"rows": 0}}))

    def _is_hopeless(self, ending: Ending, failures: int) -> bool:
        """End the run where another process would die as well, else say that it goes on."""
        how = ending.exit.describe() if ending.exit else ending.header.get("why", "its process ended")
        crashed = ending.exit is not None and ending.exit.signal in CRASHES
        if failures < ATTEMPTS and not crashed:
            then = "it is tested again" if self._trained else "it goes on from the last checkpoint"
            text = f"The run's process ended ({how}); {then}."
            logging.getLogger(__name__).warning("%s: %s", self._live.run.id, text)
            with contextlib.suppress(OSError):
                self._live.emit(EventKind.DIAGNOSTIC, message=text)
            return False
        output = os.path.basename(self._live.folder.output)
        if self._trained:
            self._end_untested(f"{how} at attempt {failures}. Its output is in {output}")
        else:
            text = f"The run was stopped: {how}. Its output is in {output}."
            self._live.change_state(State.FAILED, error=Failure(text, code="PROCESS_DIED"))
        return True
