"""Sessions through a real executor process."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from glasswork.executor.v1 import executor_pb2 as pb
from glasswork_executor.core.runner import IMPATIENCE_SECONDS
from glasswork_sdk.errors import InvalidInput

pytestmark = pytest.mark.tensorflow

# Of the fixture `executor`.
PREVIEW_SECONDS = 20
# A component that tells one process from another.
MARK = """        import builtins, os
        if not hasattr(builtins, "mark"):
            builtins.mark = int.from_bytes(os.urandom(2))
        return x * 0 + builtins.mark
"""
HEAD = "class Scale(keras.Layer):\n    def call(self, x):\n"


async def test_an_edit_runs_its_component_and_those_behind_it(
    editor: Any, cnn: Any, conv_code: Callable[[int], str]
) -> None:
    first, _ = await editor.edit(cnn)
    second, done = await editor.edit(cnn.edit("conv1", conv_code(8)))

    assert set(first) == set(cnn.ids)
    assert list(second) == ["conv1", "flatten1", "dense1", "train"]
    assert {name: item.executions for name, item in second.items()} == dict.fromkeys(second, 2)
    assert [item.cause for item in second.values()] == ["code", "inputs", "inputs", "inputs"]
    assert (done.executed, done.cached) == (4, 3)


async def test_undoing_an_edit_runs_nothing(editor: Any, cnn: Any, conv_code: Callable[[int], str]) -> None:
    first, _ = await editor.edit(cnn)
    await editor.edit(cnn.edit("conv1", conv_code(8)))
    third, done = await editor.edit(cnn)

    assert done.executed == 0
    assert third["conv1"].cached
    assert third["conv1"].outputs == first["conv1"].outputs


async def test_a_constant_of_the_training_runs_only_the_training(editor: Any, cnn: Any) -> None:
    await editor.edit(cnn)
    changed = type(cnn)(cnn.items, cnn.prelude.replace("EPOCHS = 3", "EPOCHS = 9"))
    told, done = await editor.edit(changed)

    assert (list(told), done.executed) == (["train"], 1)


async def test_another_sample_is_shown_in_every_component(editor: Any, cnn: Any) -> None:
    await editor.edit(cnn)
    told, done = await editor.edit(sample=pb.Sample(index=1))

    assert set(told) == set(cnn.ids)
    assert {item.cause for item in told.values()} == {"sample"}
    assert done.executed == 7


async def test_a_newer_edit_supersedes_an_endless_one(editor: Any, cnn: Any, executor: Any) -> None:
    await editor.edit(cnn)
    pipe = executor.datasets / "pipe"
    os.mkfifo(pipe)
    endless = f"        open({str(pipe)!r})\n        while True:\n            pass\n"
    await editor.send(cnn.edit("scale", HEAD + endless))
    # Once it runs: one that still waits gives way in any case.
    os.close(await opened(pipe))
    pipe.unlink()
    start = time.monotonic()
    told, _ = await editor.edit(cnn)

    assert all(item.state == pb.PREVIEW_STATE_OK for item in told.values())
    assert time.monotonic() - start < PREVIEW_SECONDS, "the endless edit ran until its limit"


async def test_a_slow_component_that_a_newer_edit_needs_is_not_run_again(
    editor: Any, cnn: Any, conv_code: Callable[[int], str], executor: Any
) -> None:
    pipe = executor.datasets / "pipe"
    told, _ = await editor.edit(cnn.edit("scale", HEAD + MARK))
    mark = told["scale"].outputs[0].statistics.mean
    os.mkfifo(pipe)
    slow = cnn.edit("scale", HEAD + f"        open({str(pipe)!r}).read()\n" + MARK)
    await editor.send(slow)
    writer = await opened(pipe)
    for filters in range(1, 4):
        await editor.send(slow.edit("conv1", conv_code(filters)))
    # Longer than a newer edit waits for what it does not need.
    await asyncio.sleep(2 * IMPATIENCE_SECONDS)
    pipe.unlink()
    pipe.touch()
    os.close(writer)
    told, _ = await editor.answers()
    pipe.unlink()

    assert told["conv1"].outputs[0].spec.shape[-1] == 3
    assert told["scale"].outputs[0].statistics.mean == mark


async def opened(pipe: Path) -> int:
    """Wait until somebody reads a pipe, and return the end to write to."""
    async with asyncio.timeout(60):
        while True:
            with contextlib.suppress(OSError):
                return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
            await asyncio.sleep(0.01)


async def test_a_burst_of_edits_ends_with_the_newest(editor: Any, cnn: Any, conv_code: Callable[[int], str]) -> None:
    for filters in range(1, 20):
        await editor.send(cnn.edit("conv1", conv_code(filters)))
    told, _ = await editor.answers()

    assert told["conv1"].outputs[0].spec.shape[-1] == 19


async def test_a_cancelled_edit_is_not_answered_and_the_next_one_is(editor: Any, cnn: Any) -> None:
    await editor.send(cnn)
    await editor.send(cancel=True)
    told, _ = await editor.edit(cnn)

    assert told["dense1"].state == pb.PREVIEW_STATE_OK


async def test_a_session_outlives_a_crash(editor: Any, cnn: Any) -> None:
    await editor.edit(cnn)
    told, _ = await editor.edit(cnn.edit("scale", HEAD + "        import os\n        os.abort()\n"))
    after, _ = await editor.edit(cnn)

    assert "SIGABRT" in told["scale"].error.message
    assert after["dense1"].state == pb.PREVIEW_STATE_OK


async def test_a_revision_that_goes_back_is_refused(editor: Any, cnn: Any) -> None:
    await editor.edit(cnn)
    editor.revision = 0
    with pytest.raises(InvalidInput, match="Revisions increase"):
        await editor.edit(cnn)


async def test_a_removed_component_that_comes_back_is_told_again(editor: Any, cnn: Any) -> None:
    await editor.edit(cnn)
    shorter = type(cnn)(cnn.items[:-2])
    await editor.edit(shorter)
    told, _ = await editor.edit(cnn)

    assert set(told) == {"dense1", "train"}
