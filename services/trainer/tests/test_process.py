from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, cast

import pytest
from glasswork_sdk.errors import DeadlineExceeded, InvalidInput, Unavailable, WrongState
from glasswork_servicekit.worker import Worker
from glasswork_trainer.core import process
from glasswork_trainer.core.process import RunProcess

from services.trainer.tests.scripted import ScriptedWorker


def speaking(worker: ScriptedWorker) -> tuple[RunProcess, list[Mapping[str, Any]]]:
    told: list[Mapping[str, Any]] = []
    return RunProcess(cast(Worker, worker), told.append), told


async def test_the_last_message_is_the_ending_and_no_message_of_the_run() -> None:
    async def ends(worker: ScriptedWorker) -> None:
        worker.say("log", message="here")
        worker.say("tested", results={"rows": 1})

    spoken, told = speaking(ScriptedWorker(ends))
    ending = await spoken.run([{"order": 1}])
    assert (ending.kind, ending.header["results"], ending.exit) == ("tested", {"rows": 1}, None)
    assert [message["kind"] for message in told] == ["log"]


async def test_a_process_without_a_last_message_has_died() -> None:
    async def dies(worker: ScriptedWorker) -> None:
        worker.die()
        await asyncio.sleep(0)

    ending = await speaking(ScriptedWorker(dies))[0].run([{}])
    assert ending.kind == "died"
    assert ending.exit is not None
    assert "SIGKILL" in ending.exit.describe()


async def test_replies_find_those_who_asked_whatever_their_order() -> None:
    async def answers(worker: ScriptedWorker) -> None:
        first, second = await worker.hear("look"), await worker.hear("look")
        worker.say("reply", id=second["id"], of=second["at"])
        worker.say("reply", id=first["id"], of=first["at"])
        worker.say("reply", id=99, of="nobody")

    spoken, _ = speaking(ScriptedWorker(answers))
    running = asyncio.create_task(spoken.run([{}]))
    await asyncio.sleep(0)
    replies = await asyncio.gather(spoken.ask("look", at="a"), spoken.ask("look", at="b"))
    assert [reply.header["of"] for reply in replies] == ["a", "b"]
    await running


@pytest.mark.parametrize(("reason", "cls"), [("INVALID_INPUT", InvalidInput), ("NO_SUCH_REASON", WrongState)])
async def test_a_refusal_is_raised_as_its_class(reason: str, cls: type[Exception]) -> None:
    async def refuses(worker: ScriptedWorker) -> None:
        asked = await worker.hear("look")
        worker.say("reply", id=asked["id"], error="not so", reason=reason)

    spoken, _ = speaking(ScriptedWorker(refuses))
    running = asyncio.create_task(spoken.run([{}]))
    await asyncio.sleep(0)
    with pytest.raises(cls, match="not so"):
        await spoken.ask("look")
    await running


async def test_a_question_to_a_process_that_ends_or_is_busy_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def ends(worker: ScriptedWorker) -> None:
        await worker.hear("look")

    spoken, _ = speaking(ScriptedWorker(ends))
    running = asyncio.create_task(spoken.run([{}]))
    await asyncio.sleep(0)
    with pytest.raises(Unavailable, match="ended before it answered"):
        await spoken.ask("look")
    await running

    async def busy(worker: ScriptedWorker) -> None:
        await worker.hear("end")

    monkeypatch.setattr(process, "REPLY_SECONDS", 0.01)
    spoken, _ = speaking(ScriptedWorker(busy))
    running = asyncio.create_task(spoken.run([{}]))
    await asyncio.sleep(0)
    with pytest.raises(DeadlineExceeded, match="end of a batch"):
        await spoken.ask("look")
    await spoken.send({"command": "end"})
    await running
