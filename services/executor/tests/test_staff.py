"""Workers come and go: an executor with two workers that idle for a second only."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from glasswork.executor.v1 import executor_pb2 as pb
from glasswork_servicekit import sandbox

pytestmark = pytest.mark.tensorflow
LOOP = "class Scale(keras.Layer):\n    def call(self, x):\n        while True:\n            pass\n"


def zygote_of(executor: Any) -> int:
    for pid in sandbox.descendants(executor.pid):
        if b"zygote_process" in Path(f"/proc/{pid}/cmdline").read_bytes() and parent_of(pid) == executor.pid:
            return pid
    raise AssertionError("no zygote")


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def workers_of(executor: Any) -> int:
    zygote = zygote_of(executor)
    return len([pid for pid in sandbox.descendants(zygote) if parent_of(pid) == zygote])


def at_work(executor: Any) -> bool:
    """Tell whether a process below the zygote runs on a processor at this moment."""
    for pid in sandbox.descendants(zygote_of(executor)):
        with contextlib.suppress(OSError):
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "R":
                return True
    return False


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(120):
        while not condition():
            await asyncio.sleep(0.05)


async def test_more_sessions_than_workers_are_all_answered(small_editor: Any, small_executor: Any, cnn: Any) -> None:
    editors = [small_editor() for _ in range(4)]
    for _ in range(2):
        for told, done in await asyncio.gather(*(editor.edit(cnn) for editor in editors)):
            assert done.executed + done.cached == len(cnn.ids)
            assert all(item.state == pb.PREVIEW_STATE_OK for item in told.values())

    assert workers_of(small_executor) <= 3  # two at work, one spare


async def test_an_idle_worker_ends_and_its_session_remains(small_editor: Any, small_executor: Any, cnn: Any) -> None:
    editor = small_editor()
    first, _ = await editor.edit(cnn)
    await until(lambda: workers_of(small_executor) <= 1)  # the spare
    told, done = await editor.edit(sample=pb.Sample(index=1))

    assert done.executed == len(cnn.ids)
    assert told["conv1"].executions == first["conv1"].executions + 1


async def test_an_edit_after_the_death_of_the_zygote_is_answered(
    small_editor: Any, small_executor: Any, cnn: Any
) -> None:
    editor = small_editor()
    await editor.edit(cnn)
    os.kill(zygote_of(small_executor), signal.SIGKILL)
    told, _ = await asyncio.wait_for(editor.edit(sample=pb.Sample(index=2)), 120)

    assert told["dense1"].state == pb.PREVIEW_STATE_OK


async def test_an_editor_that_goes_away_leaves_no_process_behind(
    small_editor: Any, small_executor: Any, cnn: Any
) -> None:
    editor = small_editor()
    await editor.edit(cnn)
    await editor.send(cnn.edit("scale", LOOP))
    await until(lambda: at_work(small_executor))
    editor.call.cancel()

    await until(lambda: workers_of(small_executor) <= 1)
