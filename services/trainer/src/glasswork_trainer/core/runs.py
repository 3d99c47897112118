"""All runs of this data directory: made, found, held, ended; a few at a time have a process."""

from __future__ import annotations

import asyncio
import json
import logging
import math
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glasswork_sdk.errors import AlreadyExists, FieldViolation, GlassworkError, InvalidInput, NotFound, WrongState
from glasswork_servicekit.paging import Page, decode_token, encode_token, make_page, page_size

from glasswork_trainer.core.events import Event, EventKind, read_events
from glasswork_trainer.core.live import USER, LiveRun
from glasswork_trainer.core.processes import Processes
from glasswork_trainer.core.program import Program, epochs_of
from glasswork_trainer.core.run import Failure, Run, State, new_identifier
from glasswork_trainer.core.store import RunStore
from glasswork_trainer.core.training import DISK_SECONDS, Training


@dataclass(frozen=True)
class Order:
    """What a run is made of.

    Args:
        document: the model document.
        script: the generated file.
        program: its components.
        profile: what the dataset holds; None for a graph without data.
    """

    document: Mapping[str, Any]
    script: str
    program: Program
    profile: Mapping[str, Any] | None
    model: str = ""
    version: str = ""
    devices: tuple[str, ...] = ()
    idempotency_key: str = ""


class Runs:
    """The runs, as the service offers them.

    Args:
        store: their folders.
        datasets: folder with a folder for each dataset, named by its hash.
        processes: makes their processes.
        concurrent: runs that train at once.
    """

    def __init__(self, store: RunStore, datasets: Path, processes: Processes, concurrent: int) -> None:
        self._store = store
        self._datasets = datasets
        self._processes = processes
        self._concurrent = concurrent
        self._runs: dict[str, LiveRun] = {}
        self._keys: dict[str, str] = {}
        self._making: dict[str, asyncio.Task[Run]] = {}
        self._trainings: dict[str, Training] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def start(self) -> None:
        """Read all runs, and let those go on that were interrupted; a paused run stays paused.

        Raises:
            WrongState: another trainer works on them.
        """
        self._store.lock()
        for run in await asyncio.to_thread(self._store.load):
            live = LiveRun(run, self._store)
            self._add(live)
            if not run.state.terminal:
                live.recover()
            if not run.state.terminal and (run.state != State.PAUSED or run.paused_by != USER):
                live.change_state(State.PENDING)
        self._schedule()

    async def stop(self) -> None:
        """Let every process write a checkpoint and end; the next server goes on."""
        self._stopping = True
        await asyncio.gather(*(training.leave() for training in list(self._trainings.values())))
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=2.0)
        for live in self._runs.values():
            live.close()
        self._store.unlock()

    async def create(self, order: Order) -> Run:
        """Make a run and start it, or let it wait; the same idempotency key makes one run.

        Raises:
            InvalidInput: the order cannot be right.
            NotFound: the dataset is not there.
            AlreadyExists: the key was used for something else.
        """
        key = order.idempotency_key
        while key in self._making:
            # Whatever comes of the other call, the key is known or free after it.
            await asyncio.wait([self._making[key]])
        if key in self._keys:
            return self._repeated(self._keys[key], order)
        # A task of its own: a caller that gives up leaves no half made run behind.
        task = asyncio.create_task(self._create(order))
        if key:
            self._making[key] = task
            task.add_done_callback(lambda _: self._making.pop(key))
        return await asyncio.shield(task)

    async def _create(self, order: Order) -> Run:
        run = self._make(order)
        files = {
            "model.json": _json(order.document),
            "model.py": order.script.encode(),
            "program.json": _json(order.program.to_dict()),
            **({"profile.json": _json(order.profile)} if order.profile is not None else {}),
        }
        live = LiveRun(run, self._store)
        await asyncio.to_thread(self._store.create, run, files)
        self._add(live)
        live.emit(EventKind.STATE, state=State.PENDING)
        self._schedule()
        return run

    def get(self, identifier: str) -> LiveRun:
        """Return a run.

        Raises:
            NotFound: there is none.
        """
        live = self._runs.get(identifier)
        if live is None:
            raise NotFound(f"There is no run {identifier!r}. List the runs.")
        return live

    def page(self, model: str, size: int, token: str) -> Page[Run]:
        """Return a page of runs, the newest first, and the token of the next page (empty at the end).

        Args:
            model: slug of the model; empty for the runs of all.
            size: at most so many; 0 for 50.
            token: from the page before; empty for the first.

        Raises:
            InvalidInput: a negative size, or a token that this list did not give out.
        """
        key = decode_token("runs", token, [str])
        found = [identifier for identifier in sorted(self._runs, reverse=True) if key is None or identifier < key[0]]
        runs = [self._runs[identifier].run for identifier in found]
        matching = [run for run in runs if not model or run.model == model]
        return make_page(matching, page_size(size), lambda run: encode_token("runs", run.id))

    def newest(self, models: set[str]) -> list[Run]:
        """Return the newest run of each of some models, the newest first; models without a run are left out."""
        found: dict[str, Run] = {}
        for identifier in sorted(self._runs, reverse=True):
            run = self._runs[identifier].run
            if run.model in models:
                found.setdefault(run.model, run)
        return list(found.values())

    def watch(self, identifier: str, after: int) -> AsyncIterator[Run | Event]:
        """Yield a run, its events after a sequence number, and end with the terminal state.

        Raises:
            NotFound: there is no such run.
        """
        return self.get(identifier).watch(after)

    async def metrics(self, identifier: str) -> list[Event]:
        """Return the events of the run's complete epochs."""
        path = self.get(identifier).folder.events
        return await asyncio.to_thread(lambda: [e for e in read_events(path) if e.kind == EventKind.EPOCH])

    async def pause(self, identifier: str) -> Run:
        """Stop the steps of a run.

        Raises:
            WrongState: it has ended, or finished training.
        """
        live = self._active(identifier)
        training = self._trainings.get(identifier)
        if live.run.state == State.PAUSED:
            return live.run
        if training is None:
            live.change_state(State.PAUSED, paused_by=USER)
        else:
            await training.pause()
            if live.run.state.terminal:
                self._active(identifier)
        self._schedule()
        return live.run

    async def resume(self, identifier: str, steps: int = 0) -> Run:
        """Let a paused run go on, wholly or for some steps; one that is not paused goes on anyway.

        Raises:
            InvalidInput: steps is negative.
            WrongState: it has ended.
        """
        if steps < 0:
            raise _bad_field("steps", f"expected 0 (for no end) or more, received {steps}")
        live = self._active(identifier)
        training = self._trainings.get(identifier)
        if live.run.state != State.PAUSED:
            return live.run
        if training is not None:
            await training.resume(steps)
        else:
            self._launch(live, steps=steps)
        return live.run

    async def stop_run(self, identifier: str) -> Run:
        """End a run early; it keeps its weights, or is cancelled where it has none.

        Raises:
            WrongState: it has ended.
        """
        live = self._active(identifier)
        training = self._trainings.get(identifier)
        if training is not None:
            await training.stop()
        elif live.run.trained:
            self._launch(live, stop=True)
            await live.until(lambda run: run.state.terminal, 10.0)
        else:
            live.change_state(State.CANCELLED)
        return live.run

    async def update(self, identifier: str, learning_rate: float) -> Run:
        """Change the learning rate of a run.

        Raises:
            InvalidInput: it is no number above 0.
            WrongState: the run has ended, or follows a schedule.
            DeadlineExceeded: the run is within something long; the rate takes effect after it.
        """
        if not (math.isfinite(learning_rate) and learning_rate > 0):
            raise _bad_field("learning_rate", f"expected a number above 0, received {learning_rate}")
        live = self._active(identifier)
        training = self._trainings.get(identifier)
        if training is None:
            live.change_learning_rate(learning_rate)
        else:
            await training.set_learning_rate(learning_rate)
        return live.run

    async def delete(self, identifier: str) -> None:
        """Remove an ended run.

        Raises:
            WrongState: it has not ended.
        """
        live = self.get(identifier)
        if not live.run.state.terminal:
            raise WrongState(f"The run '{identifier}' has not ended: its state is {live.run.state}. Stop it first.")
        del self._runs[identifier]
        self._keys.pop(live.run.idempotency_key, None)
        await asyncio.to_thread(self._store.remove, live.run)

    def succeeded(self) -> list[LiveRun]:
        """Return the runs that have final weights."""
        return [live for live in self._runs.values() if live.run.state == State.SUCCEEDED]

    def training(self, identifier: str) -> Training | None:
        """Return the run's training while it has a process."""
        return self._trainings.get(identifier)

    def dataset(self, run: Run) -> Path:
        """Return the folder of the run's dataset; an empty one for none.

        Raises:
            NotFound: it is not there.
        """
        if not run.dataset_hash:
            return self._store.folder(run.id).empty
        folder = self._datasets / run.dataset_hash.removeprefix("sha256:")
        if not folder.is_dir():
            raise NotFound(f"The dataset {run.dataset_hash} is not here. Add it again; the same files have this hash.")
        return folder

    def _make(self, order: Order) -> Run:
        training = order.program.training
        if training is None:
            raise InvalidInput("The program has no training component: nothing says how the model learns. Add one.")
        digest = str((order.profile or {}).get("hash") or (order.document.get("dataset") or {}).get("hash") or "")
        if digest and not _is_hash(digest):
            raise _bad_field("profile.hash", f"expected sha256: and 64 hexadecimal digits, received {digest!r}")
        run = Run(
            new_identifier("r"),
            model=order.model,
            version=order.version,
            epochs=epochs_of(order.script),
            created=time.time(),
            training_type=training.type,
            dataset_hash=digest,
            devices=list(order.devices),
            idempotency_key=order.idempotency_key,
        )
        self.dataset(run)
        run.number = self._store.numbers.next(run.model)
        return run

    def _repeated(self, identifier: str, order: Order) -> Run:
        run = self.get(identifier).run
        if self._store.folder(identifier).script.read_text() != order.script:
            raise AlreadyExists(f"The idempotency key was used for the run '{identifier}', which has another program.")
        return run

    def _add(self, live: LiveRun) -> None:
        self._runs[live.run.id] = live
        if live.run.idempotency_key:
            self._keys[live.run.idempotency_key] = live.run.id

    def _active(self, identifier: str) -> LiveRun:
        live = self.get(identifier)
        if live.run.state.terminal:
            raise WrongState(f"The run '{identifier}' has ended: its state is {live.run.state}.")
        return live

    def _schedule(self) -> None:
        """Give processes to runs that wait, the oldest first."""
        busy = sum(1 for identifier in self._trainings if self._runs[identifier].run.state != State.PAUSED)
        for identifier in sorted(self._runs):
            if busy >= self._concurrent or self._stopping:
                return
            live = self._runs[identifier]
            if live.run.state == State.PENDING and identifier not in self._trainings:
                try:
                    self._launch(live)
                except OSError:
                    logging.getLogger(__name__).exception("the run %s cannot be started yet", identifier)
                    asyncio.get_running_loop().call_later(DISK_SECONDS, self._schedule)
                    return
                busy += 1

    def _launch(self, live: LiveRun, *, steps: int = 0, stop: bool = False) -> None:
        try:
            dataset = self.dataset(live.run)
        except NotFound as error:
            live.change_state(State.FAILED, error=Failure(error.message, code=error.reason))
            return
        live.change_state(State.RUNNING)
        training = self._trainings[live.run.id] = Training(live, dataset, self._processes)
        task = asyncio.create_task(self._drive(live, training, steps, stop))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drive(self, live: LiveRun, training: Training, steps: int, stop: bool) -> None:
        try:
            await training.drive(steps=steps, stop=stop)
        except GlassworkError as error:
            await self._fail(live, Failure(error.message, code=error.reason))
        except Exception:
            logging.getLogger(__name__).exception("the run %s failed by a fault of the trainer", live.run.id)
            text = f"The trainer failed; its log says more under the run's id {live.run.id}."
            await self._fail(live, Failure(text, code="INTERNAL"))
        finally:
            self._trainings.pop(live.run.id, None)
        self._schedule()

    async def _fail(self, live: LiveRun, failure: Failure) -> None:
        """Have a run failed as soon as the disk takes it; until then the next server would let it go on."""
        while not self._stopping:
            try:
                live.change_state(State.FAILED, error=failure)
            except OSError:
                logging.getLogger(__name__).exception("the end of the run %s cannot be written yet", live.run.id)
                await asyncio.sleep(DISK_SECONDS)
            else:
                return


def _json(data: Any) -> bytes:
    return (json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _is_hash(text: str) -> bool:
    digits = text.removeprefix("sha256:")
    return len(digits) == 64 and all(digit in "0123456789abcdef" for digit in digits)


def _bad_field(field: str, description: str) -> InvalidInput:
    return InvalidInput(f"{field}: {description}.", fields=[FieldViolation(field, description)])
