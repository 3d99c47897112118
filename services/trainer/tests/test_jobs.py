"""Tests and exports as jobs: their states over processes that are scripted, and over servers that end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

import pytest
from glasswork_sdk.errors import InvalidInput, NotFound, UserCodeFailed, WrongState
from glasswork_servicekit.frames import Message
from glasswork_trainer.core.desks import Desk, Desks, Progress
from glasswork_trainer.core.jobs import EXPORT, TEST, Job, Jobs
from glasswork_trainer.core.layout import RunFolder
from glasswork_trainer.core.run import Run, State, new_identifier
from glasswork_trainer.core.store import RunStore

Answer = Callable[[dict[str, Any], Progress], Awaitable[dict[str, Any]]]


class ScriptedDesk:
    """A process that answers as a function does."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.closed = self.killed = False

    async def ask(self, question: dict[str, Any], progress: Progress) -> Message:
        return Message(await self._answer(question, progress), [])

    async def close(self) -> None:
        self.closed = True

    def kill(self) -> None:
        self.killed = True


class ScriptedDesks:
    """Opens desks that answer as a function does."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.opened: list[ScriptedDesk] = []

    async def open(self, run: Run, folder: RunFolder, dataset: Path) -> Desk:
        self.opened.append(ScriptedDesk(self._answer))
        return cast(Desk, self.opened[-1])


class Bench:
    """The jobs of one run."""

    def __init__(self, root: Path, answer: Answer) -> None:
        self.store = RunStore(root / "runs")
        self.run = Run(new_identifier("r"), number=1, state=State.SUCCEEDED)
        self.store.create(self.run, {})
        self.folder = self.store.folder(self.run.id)
        self.desks = ScriptedDesks(answer)
        self.jobs = Jobs(cast(Desks, self.desks))

    def next_server(self) -> Jobs:
        return Jobs(cast(Desks, self.desks))

    def test(self, split: str = "") -> Job:
        return self.jobs.start_test(self.run, self.folder, self.folder.empty, split)

    def record(self, job: Job) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder.path / f"{job.kind}s" / f"{job.id}.json").read_bytes())
        return found

    async def ended(self, job: Job, jobs: Jobs | None = None) -> Job:
        async with asyncio.timeout(60):
            while not (jobs or self.jobs).get(self.folder, job.kind, job.id).state.terminal:
                await asyncio.sleep(0)
        return (jobs or self.jobs).get(self.folder, job.kind, job.id)


async def right(question: dict[str, Any], progress: Progress) -> dict[str, Any]:
    progress(0.5)
    return {"results": {"rows": 6, "of": question["subject"]}, "bytes": 7, "max_difference": 1e-6}


async def never(question: dict[str, Any], progress: Progress) -> dict[str, Any]:
    await asyncio.Event().wait()
    return {}


async def test_a_test_keeps_its_results_and_ends_its_process(tmp_path: Path) -> None:
    bench = Bench(tmp_path, right)
    job = await bench.ended(bench.test())
    assert (job.state, job.progress, job.results) == (State.SUCCEEDED, 1.0, {"rows": 6, "of": "test"})
    assert bench.record(job)["results"] == job.results
    assert [desk.closed for desk in bench.desks.opened] == [True]
    assert not bench.jobs.busy(bench.run.id)


async def test_an_export_has_a_file_when_it_is_done_and_none_before(tmp_path: Path) -> None:
    bench = Bench(tmp_path, right)
    job = bench.jobs.start_export(bench.run, bench.folder, bench.folder.empty, "onnx")
    assert bench.jobs.busy(bench.run.id)
    with pytest.raises(WrongState, match="has no file: its state is PENDING"):
        bench.jobs.file(bench.folder, job.id)
    await bench.ended(job)
    assert bench.jobs.file(bench.folder, job.id) == bench.folder.exported / job.id / "model.onnx"
    assert (job.bytes, job.max_difference) == (7, 1e-6)


async def test_a_job_of_a_run_without_final_weights_or_with_a_wrong_subject_is_refused(tmp_path: Path) -> None:
    bench = Bench(tmp_path, right)
    with pytest.raises(InvalidInput, match="split: expected one of train, validation, test, received 'all'"):
        bench.test("all")
    bench.run.state = State.CANCELLED
    with pytest.raises(WrongState, match="no final weights: its state is CANCELLED"):
        bench.test()
    with pytest.raises(NotFound, match="has no test 't0'"):
        bench.jobs.get(bench.folder, TEST, "t0")


@pytest.mark.parametrize(
    ("error", "code", "component"),
    [
        (UserCodeFailed("bad", metadata={"component": "conv1", "line": "3"}), "USER_CODE_FAILED", "conv1"),
        (RuntimeError("ours"), "INTERNAL", ""),
    ],
)
async def test_a_job_that_fails_says_where(tmp_path: Path, error: Exception, code: str, component: str) -> None:
    async def fails(question: dict[str, Any], progress: Progress) -> dict[str, Any]:
        raise error

    bench = Bench(tmp_path, fails)
    job = await bench.ended(bench.test())
    assert job.state == State.FAILED
    assert job.error is not None
    assert (job.error.code, job.error.component) == (code, component)
    assert [desk.closed for desk in bench.desks.opened] == [True]


async def test_a_job_that_its_server_left_undone_is_done_by_the_next_one(tmp_path: Path) -> None:
    bench = Bench(tmp_path, never)
    job = bench.test()
    while not bench.desks.opened:
        await asyncio.sleep(0)
    await bench.jobs.stop()
    assert bench.desks.opened[0].killed
    bench.desks = ScriptedDesks(right)
    after = bench.next_server()
    after.resume(bench.run, bench.folder, bench.folder.empty)
    ended = await bench.ended(job, after)
    assert (ended.state, ended.attempts) == (State.SUCCEEDED, 2)


@pytest.mark.parametrize(("attempts", "state"), [(2, State.SUCCEEDED), (3, State.FAILED)])
async def test_a_job_that_ends_its_server_every_time_is_given_up(tmp_path: Path, attempts: int, state: State) -> None:
    bench = Bench(tmp_path, never)
    job = bench.test()
    await bench.jobs.stop()
    path = bench.folder.tests / f"{job.id}.json"
    path.write_text(json.dumps({**bench.record(job), "attempts": attempts}))
    bench.desks = ScriptedDesks(right)
    after = bench.next_server()
    after.resume(bench.run, bench.folder, bench.folder.empty)
    ended = await bench.ended(job, after)
    assert ended.state == state
    if ended.error is not None:
        assert (ended.error.code, "ended 3 times" in ended.error.message) == ("INTERRUPTED", True)
    assert (ended.error is None) == (state == State.SUCCEEDED)


async def test_a_job_that_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    bench = Bench(tmp_path, right)
    job = await bench.ended(bench.test())
    (bench.folder.tests / "t0.json").write_text("{")
    assert [item.id for item in bench.jobs.of_run(bench.folder, TEST)] == [job.id]
    assert bench.jobs.of_run(bench.folder, EXPORT) == []


async def test_one_job_works_at_a_time(tmp_path: Path) -> None:
    let = asyncio.Event()

    async def waits(question: dict[str, Any], progress: Progress) -> dict[str, Any]:
        await let.wait()
        return await right(question, progress)

    bench = Bench(tmp_path, waits)
    first, second = bench.test(), bench.test()
    while first.state != State.RUNNING:
        await asyncio.sleep(0)
    assert (second.state, len(bench.desks.opened)) == (State.PENDING, 1)
    let.set()
    assert (await bench.ended(second)).state == State.SUCCEEDED
