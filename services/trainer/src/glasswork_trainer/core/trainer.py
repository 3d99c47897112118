"""The trainer as one object: runs, jobs, questions about runs, devices."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from glasswork_sdk.errors import FieldViolation, InvalidInput, NotFound, WrongState
from glasswork_servicekit.plain import open_plain
from glasswork_servicekit.zygote import Zygote

from glasswork_trainer.core.desks import Desks
from glasswork_trainer.core.jobs import Job, Jobs
from glasswork_trainer.core.live import LiveRun
from glasswork_trainer.core.run import Run, State
from glasswork_trainer.core.runs import Order, Runs

MOST_ROWS = 10_000
MOST_SAMPLES = 200
SPLITS = ("train", "validation", "test")
DEVICE = re.compile(r"auto|cpu|gpu:\d{1,3}")


class Trainer:
    """Everything that the service offers.

    Args:
        runs: the runs.
        desks: processes that answer questions.
        zygote: where all processes come from.
    """

    def __init__(self, runs: Runs, desks: Desks, zygote: Zygote) -> None:
        self.runs = runs
        self._desks = desks
        self._jobs = Jobs(desks)
        self._zygote = zygote
        self._devices: list[dict[str, Any]] | None = None

    async def start(self) -> None:
        """Begin to load TensorFlow, read the runs, and let interrupted runs, tests and exports go on."""
        await self._zygote.start()
        await self.runs.start()
        for live in self.runs.succeeded():
            self._jobs.resume(live.run, live.folder, self._dataset(live))

    async def stop(self) -> None:
        """End all processes; runs write a checkpoint first."""
        await asyncio.gather(self.runs.stop(), self._jobs.stop(), self._desks.stop())
        await self._zygote.stop()

    async def create(self, order: Order) -> Run:
        """Make a run.

        Raises:
            InvalidInput: the order cannot be right.
            NotFound: the dataset is not there.
        """
        for name in order.devices:
            await self._check_device(name)
        return await self.runs.create(order)

    async def delete(self, identifier: str) -> None:
        """Remove an ended run.

        Raises:
            WrongState: it has not ended, or is being tested or exported.
        """
        if self._jobs.busy(identifier):
            raise WrongState(f"The run '{identifier}' is being tested or exported. Wait for the end of that.")
        await self._desks.forget(identifier)
        await self.runs.delete(identifier)

    def sources(self, identifier: str) -> tuple[dict[str, Any], str]:
        """Return the model document and the script of a run."""
        folder = self.runs.get(identifier).folder
        return json.loads(folder.document.read_bytes()), folder.script.read_text()

    async def variables(self, identifier: str, component: str) -> Mapping[str, Any]:
        """Return the variables of a component of a paused or ended run, and the step at which they were read.

        Raises:
            NotFound: there is no such component.
            WrongState: the run goes on, or has no weights.
        """
        live = self.runs.get(identifier)
        if live.run.state in (State.RUNNING, State.PENDING):
            raise WrongState(f"The run '{identifier}' is {live.run.state}. Pause it to look at its variables.")
        training = self.runs.training(identifier)
        found = await training.variables(component) if training is not None else None
        if found is not None:
            return found[0]
        step = live.run.epoch * live.run.steps + live.run.step
        return {**await self._ask(live, {"ask": "variables", "component": component}), "step": step}

    async def predict(self, identifier: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return a prediction for each row.

        Raises:
            InvalidInput: a row lacks a column, or has a value that cannot be read.
            WrongState: the run has no weights.
        """
        if not 1 <= len(rows) <= MOST_ROWS:
            text = f"expected 1 to {MOST_ROWS} rows, received {len(rows)}"
            raise InvalidInput(f"rows: {text}.", fields=[FieldViolation("rows", text)])
        live = self.runs.get(identifier)
        return list((await self._ask(live, {"ask": "predict", "rows": rows}))["predictions"])

    async def samples(self, identifier: str, split: str, first: int, count: int) -> dict[str, Any]:
        """Return rows of a split with the truth and a prediction for each.

        Raises:
            InvalidInput: there is no such split, or there are too many rows.
            WrongState: the run has no weights, or predicts no columns.
        """
        for field, given, expected, right in (
            ("split", split, f"one of {', '.join(SPLITS)}", split in SPLITS),
            ("first", first, "0 or more", first >= 0),
            ("count", count, f"1 to {MOST_SAMPLES}", 1 <= count <= MOST_SAMPLES),
        ):
            if not right:
                text = f"expected {expected}, received {given!r}"
                raise InvalidInput(f"{field}: {text}.", fields=[FieldViolation(field, text)])
        question = {"ask": "samples", "split": split, "first": first, "count": count}
        return await self._ask(self.runs.get(identifier), question)

    def _dataset(self, live: LiveRun) -> Path:
        """Return the folder of a run's dataset; where it is gone an empty one, in which a job finds that out."""
        try:
            return self.runs.dataset(live.run)
        except NotFound:
            return live.folder.empty

    def start_test(self, identifier: str, split: str) -> Job:
        """Start a test of a run."""
        live = self.runs.get(identifier)
        return self._jobs.start_test(live.run, live.folder, self.runs.dataset(live.run), split)

    def start_export(self, identifier: str, form: str) -> Job:
        """Start an export of a run."""
        live = self.runs.get(identifier)
        return self._jobs.start_export(live.run, live.folder, self.runs.dataset(live.run), form)

    def job(self, identifier: str, kind: str, job: str) -> Job:
        """Return a test or an export."""
        return self._jobs.get(self.runs.get(identifier).folder, kind, job)

    def jobs(self, identifier: str, kind: str) -> list[Job]:
        """Return the tests or the exports of a run, the oldest first."""
        return self._jobs.of_run(self.runs.get(identifier).folder, kind)

    def open_file(self, identifier: str, export: str) -> BinaryIO:
        """Open an export's file, or the weights where `export` is empty.

        Raises:
            NotFound: there is no such export.
            WrongState: there is no such file yet.
        """
        live = self.runs.get(identifier)
        if not export and not live.folder.weights.is_file():
            raise WrongState(f"The run '{identifier}' has no final weights: its state is {live.run.state}.")
        path = self._jobs.file(live.folder, export) if export else live.folder.weights
        return open_plain(path, live.folder.path)

    async def devices(self) -> list[dict[str, Any]]:
        """Return the devices of this machine."""
        if self._devices is None:
            self._devices = await self._desks.devices()
        return self._devices

    async def _ask(self, live: LiveRun, question: Mapping[str, Any]) -> dict[str, Any]:
        run = live.run
        if not run.trained or run.state not in (State.SUCCEEDED, State.PAUSED, State.FAILED):
            raise WrongState(f"The run '{run.id}' has no weights to answer with: its state is {run.state}.")
        answer = await self._desks.ask(run, live.folder, self.runs.dataset(run), question)
        return answer.header

    async def _check_device(self, name: str) -> None:
        if not DEVICE.fullmatch(name):
            text = f"expected auto, cpu or names as in gpu:0, received {name!r}"
            raise InvalidInput(f"devices: {text}.", fields=[FieldViolation("devices", text)])
        if name.startswith("gpu"):
            known = [str(device["name"]) for device in await self.devices()]
            if name not in known:
                text = f"this machine has {', '.join(known)}, received {name!r}"
                raise InvalidInput(f"devices: {text}.", fields=[FieldViolation("devices", text)])
