"""Processes that answer questions: how long they stay, and for whom; they are scripted, none starts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from glasswork_sdk.errors import InvalidInput, UserCodeFailed
from glasswork_trainer.core.desks import MOST_WARM, Desks
from glasswork_trainer.core.run import Run, new_identifier
from glasswork_trainer.core.store import RunStore

from services.trainer.tests.scripted import ScriptedProcesses, ScriptedWorker

FOREVER = 10_000.0


class Answers:
    """Desks whose answers name their process; a slow one waits for `go`."""

    def __init__(self, root: Path, idle_seconds: float = FOREVER) -> None:
        self.go = asyncio.Event()
        self.begun = asyncio.Event()
        self.processes = ScriptedProcesses(self.play)
        self.desks = Desks(self.processes, idle_seconds)
        self.store = RunStore(root / "runs")

    async def play(self, worker: ScriptedWorker) -> None:
        number = len(self.processes.forks)
        while True:
            question = await worker.next()
            self.begun.set()
            if question["ask"] == "slow":
                await self.go.wait()
            if question["ask"] == "die":
                worker.die()
            elif question["ask"] == "refuse":
                worker.say("refused", reason="INVALID_INPUT", message="not so", fields=[["rows", "none"]])
            else:
                worker.say("progress", value=0.5)
                worker.say("result", process=number)
            await asyncio.sleep(0)

    def run(self) -> Run:
        run = Run(new_identifier("r"), number=1)
        self.store.create(run, {})
        return run

    async def ask(self, run: Run, ask: str = "quick") -> Any:
        folder = self.store.folder(run.id)
        return (await self.desks.ask(run, folder, folder.empty, {"ask": ask})).header["process"]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0)


async def test_questions_about_the_same_weights_have_one_process_and_about_others_another(tmp_path: Path) -> None:
    made = Answers(tmp_path)
    run = made.run()
    assert [await made.ask(run), await made.ask(run)] == [1, 1]
    run.step += 1
    assert await made.ask(run) == 2
    await until(lambda: made.processes.forks[0].ended)
    await made.desks.stop()
    assert made.processes.forks[1].ended


async def test_a_long_answer_is_not_ended_by_the_idle_time_of_the_one_before(tmp_path: Path) -> None:
    made = Answers(tmp_path)
    run = made.run()
    await made.ask(run)
    made.begun.clear()
    slow = asyncio.create_task(made.ask(run, "slow"))
    await made.begun.wait()
    made.desks._expire(run.id)
    made.go.set()
    assert await slow == 1
    made.desks._expire(run.id)
    await until(lambda: made.processes.forks[0].ended)
    assert await made.ask(run) == 2
    await made.desks.stop()


async def test_a_process_that_nobody_asks_ends_by_itself(tmp_path: Path) -> None:
    made = Answers(tmp_path, idle_seconds=0.01)
    assert await made.ask(made.run()) == 1
    await until(lambda: made.processes.forks[0].ended)


async def test_of_several_runs_the_ones_asked_last_keep_their_process(tmp_path: Path) -> None:
    made = Answers(tmp_path)
    runs = [made.run() for _ in range(MOST_WARM + 1)]
    for run in runs:
        await made.ask(run)
    await until(lambda: made.processes.forks[0].ended)
    assert [worker.ended for worker in made.processes.forks] == [True, *[False] * MOST_WARM]
    assert await made.ask(runs[-1]) == MOST_WARM + 1
    await made.desks.stop()


async def test_a_process_that_dies_is_an_error_and_the_next_question_has_another(tmp_path: Path) -> None:
    made = Answers(tmp_path)
    run = made.run()
    with pytest.raises(UserCodeFailed, match=r"The answer could not be found: .*SIGKILL"):
        await made.ask(run, "die")
    assert await made.ask(run) == 2
    await made.desks.stop()


async def test_a_refusal_is_its_class_with_its_fields_and_the_process_stays(tmp_path: Path) -> None:
    made = Answers(tmp_path)
    run = made.run()
    with pytest.raises(InvalidInput, match="not so") as caught:
        await made.ask(run, "refuse")
    assert caught.value.fields[0].field == "rows"
    assert await made.ask(run) == 1
    await made.desks.stop()


async def test_an_answer_that_nobody_waits_for_is_not_that_of_the_next_question(tmp_path: Path) -> None:
    made = Answers(tmp_path)
    run = made.run()
    slow = asyncio.create_task(made.ask(run, "slow"))
    await made.begun.wait()
    slow.cancel()
    refused = asyncio.create_task(made.ask(run, "refuse"))
    await asyncio.sleep(0)
    made.go.set()
    with pytest.raises(InvalidInput):
        await refused
    await made.desks.stop()
