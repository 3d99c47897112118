"""Tests and exports of runs: jobs with progress, kept as files in the run's folder."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from glasswork_sdk.errors import FieldViolation, GlassworkError, InvalidInput, NotFound, WrongState
from glasswork_servicekit.durable import write_json

from glasswork_trainer.core.desks import Desk, Desks
from glasswork_trainer.core.layout import RunFolder
from glasswork_trainer.core.run import Failure, Run, State, failure_from, new_identifier

TEST, EXPORT = "test", "export"
SPLITS = ("train", "validation", "test")
FORMATS = ("savedmodel", "keras", "tflite", "onnx")
FILE_NAMES = {"savedmodel": "model.zip", "keras": "model.keras", "tflite": "model.tflite", "onnx": "model.onnx"}
CONCURRENT = 1
# A job that takes its server down with it must not do so for ever.
ATTEMPTS = 3


@dataclass
class Job:
    """A test or an export.

    Args:
        kind: test or export.
        subject: the split of a test, the format of an export.
        results: what a test came to.
        file: name of the exported file.
        max_difference: largest difference between the export's outputs and the model's.
        attempts: how often it was begun; more than once where its server ended meanwhile.
    """

    id: str
    kind: str
    subject: str
    state: State = State.PENDING
    progress: float = 0.0
    results: dict[str, Any] | None = None
    file: str = ""
    bytes: int = 0
    max_difference: float = 0.0
    error: Failure | None = None
    attempts: int = 0

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Job:
        """Return the job that a file describes."""
        values = {**data, "state": State(data["state"]), "error": failure_from(data["error"])}
        return cls(**values)


class Jobs:
    """The jobs of all runs.

    Args:
        desks: where processes come from.
    """

    def __init__(self, desks: Desks) -> None:
        self._desks = desks
        self._slots = asyncio.Semaphore(CONCURRENT)
        self._active: dict[str, Job] = {}
        self._of_run: dict[str, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._open: set[Desk] = set()

    def start_test(self, run: Run, folder: RunFolder, dataset: Path, split: str) -> Job:
        """Start a test on a split; an empty split is the test split.

        Raises:
            InvalidInput: there is no such split.
            WrongState: the run has no weights.
        """
        _one_of("split", split or "test", SPLITS)
        return self._start(run, folder, dataset, Job(new_identifier("t"), TEST, split or "test"))

    def start_export(self, run: Run, folder: RunFolder, dataset: Path, form: str) -> Job:
        """Start an export.

        Raises:
            InvalidInput: there is no such format.
            WrongState: the run has no weights.
        """
        _one_of("format", form, FORMATS)
        return self._start(run, folder, dataset, Job(new_identifier("e"), EXPORT, form))

    def resume(self, run: Run, folder: RunFolder, dataset: Path) -> None:
        """Begin anew what a server that is gone left undone; give up what it left undone too often."""
        for job in (*self.of_run(folder, TEST), *self.of_run(folder, EXPORT)):
            if job.state.terminal or job.id in self._active:
                continue
            if job.attempts < ATTEMPTS:
                self._begin(run, folder, dataset, job)
                continue
            text = f"The server ended {job.attempts} times before the {job.kind} was done. Look into its log."
            job.state, job.error = State.FAILED, Failure(text, code="INTERRUPTED")
            _save(folder, job)

    def get(self, folder: RunFolder, kind: str, identifier: str) -> Job:
        """Return a job of a run.

        Raises:
            NotFound: there is none.
        """
        if identifier in self._active:
            return self._active[identifier]
        found = next((job for job in self.of_run(folder, kind) if job.id == identifier), None)
        if found is None:
            raise NotFound(f"The run '{folder.path.name}' has no {kind} {identifier!r}.")
        return found

    def of_run(self, folder: RunFolder, kind: str) -> list[Job]:
        """Return the jobs of a kind, the oldest first."""
        jobs = []
        for path in sorted(_folder(folder, kind).glob("*.json")):
            try:
                job = Job.from_dict(json.loads(path.read_bytes()))
            except (OSError, ValueError, KeyError, TypeError):
                logging.getLogger(__name__).exception("the job in %s cannot be read and is left out", path)
                continue
            jobs.append(self._active.get(job.id) or job)
        return jobs

    def file(self, folder: RunFolder, identifier: str) -> Path:
        """Return the path of an exported file.

        Raises:
            NotFound: there is no such export.
            WrongState: it is not done.
        """
        job = self.get(folder, EXPORT, identifier)
        if job.state != State.SUCCEEDED:
            raise WrongState(f"The export '{identifier}' has no file: its state is {job.state}.")
        return folder.exported / identifier / job.file

    def busy(self, identifier: str) -> bool:
        """Say whether a job of this run is at work."""
        return identifier in self._of_run.values()

    async def stop(self) -> None:
        """End all processes of jobs; the next server begins the jobs anew."""
        for task in self._tasks:
            task.cancel()
        for desk in self._open:
            desk.kill()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, run: Run, folder: RunFolder, dataset: Path, job: Job) -> Job:
        if run.state != State.SUCCEEDED:
            raise WrongState(f"The run '{run.id}' has no final weights: its state is {run.state}. Wait for its end.")
        self._begin(run, folder, dataset, job)
        return job

    def _begin(self, run: Run, folder: RunFolder, dataset: Path, job: Job) -> None:
        job.state, job.attempts = State.PENDING, job.attempts + 1
        self._active[job.id], self._of_run[job.id] = job, run.id
        _save(folder, job)
        task = asyncio.create_task(self._work(run, folder, dataset, job))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self, run: Run, folder: RunFolder, dataset: Path, job: Job) -> None:
        try:
            async with self._slots:
                job.state = State.RUNNING
                await self._ask(run, folder, dataset, job)
            job.state, job.progress = State.SUCCEEDED, 1.0
        except GlassworkError as error:
            line = int(error.metadata.get("line", 0))
            job.error = Failure(error.message, error.metadata.get("component", ""), line, error.reason)
            job.state = State.FAILED
        except Exception:
            logging.getLogger(__name__).exception("the %s %s failed by a fault of the trainer", job.kind, job.id)
            job.error = Failure(f"The trainer failed; its log says more under {job.id}.", code="INTERNAL")
            job.state = State.FAILED
        _save(folder, job)
        self._active.pop(job.id, None)
        self._of_run.pop(job.id, None)

    async def _ask(self, run: Run, folder: RunFolder, dataset: Path, job: Job) -> None:
        desk = await self._desks.open(run, folder, dataset)
        self._open.add(desk)
        question = {"ask": job.kind, "subject": job.subject, "metrics": run.metrics}
        if job.kind == EXPORT:
            job.file = FILE_NAMES[job.subject]
            question["target"] = str(folder.exported / job.id / job.file)

        def progress(share: float) -> None:
            job.progress = share

        try:
            answer = (await desk.ask(question, progress)).header
        finally:
            self._open.discard(desk)
            await desk.close()
        if job.kind == TEST:
            job.results = dict(answer["results"])
        else:
            job.bytes, job.max_difference = int(answer["bytes"]), float(answer["max_difference"])


def _folder(folder: RunFolder, kind: str) -> Path:
    return folder.tests if kind == TEST else folder.exports


def _save(folder: RunFolder, job: Job) -> None:
    write_json(_folder(folder, job.kind) / f"{job.id}.json", asdict(job))


def _one_of(field: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        text = f"expected one of {', '.join(allowed)}, received {value!r}"
        raise InvalidInput(f"{field}: {text}.", fields=[FieldViolation(field, text)])
