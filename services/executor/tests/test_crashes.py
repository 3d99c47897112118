"""Hostile and hapless code: each one clear answer, and the next preview works."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
from glasswork.executor.v1 import executor_pb2 as pb

pytestmark = pytest.mark.tensorflow

HEAD = "class Bad(keras.Layer):\n    def call(self, x):\n"
CASES = {
    "abort": ("        import os\n        os.abort()\n", "its process crashed (SIGABRT)"),
    "exit": ("        import os\n        os._exit(3)\n", "its process ended by itself with exit code 3"),
    "memory": (
        "        kept = []\n        while True:\n            kept.append(np.ones(8_000_000))\n",
        "it used more than 512 MiB",
    ),
    "pipe": (
        "        import os\n        os.remove('output')\n        os.mkfifo('output')\n        os._exit(70)\n",
        "its process ended by itself with exit code 70",
    ),
    "kill": ("        import os, signal\n        os.kill(os.getpid(), signal.SIGKILL)\n", "crashed (SIGKILL)"),
}


@pytest.mark.parametrize("case", CASES)
async def test_a_death_is_an_answer_and_the_next_preview_works(preview: Any, cnn: Any, part: Any, case: str) -> None:
    code, reason = CASES[case]
    found = await preview(cnn.add(part("bad", "class", HEAD + code, ("scale",), "Bad")))

    assert found["bad"].state == pb.PREVIEW_STATE_ERROR
    assert found["bad"].error.message.startswith("The preview of 'bad' was stopped: ")
    assert reason in found["bad"].error.message
    assert found["dense1"].state == pb.PREVIEW_STATE_OK
    assert all(item.state == pb.PREVIEW_STATE_OK for item in (await preview(cnn)).values())


async def test_a_component_without_an_end_is_stopped(small_editor: Any, cnn: Any, part: Any) -> None:
    code = HEAD + "        while True:\n            pass\n"
    found, _ = await small_editor().edit(cnn.add(part("bad", "class", code, ("scale",), "Bad")))

    assert found["bad"].state == pb.PREVIEW_STATE_ERROR
    assert "The preview of 'bad' was stopped: it took longer than 6 s" in found["bad"].error.message
    assert found["dense1"].state == pb.PREVIEW_STATE_OK


async def test_the_third_crash_of_the_same_content_is_remembered(preview: Any, cnn: Any, part: Any) -> None:
    code = HEAD + "        import os\n        os._exit(77)\n"
    program = cnn.add(part("bad", "class", code, ("scale",), "Bad"))
    for _ in range(3):
        await preview(program)
    found = await preview(program)

    assert "exit code 77" in found["bad"].error.message
    assert found["bad"].cached


async def test_what_is_too_large_is_refused_before_it_is_made(preview: Any, cnn: Any, part: Any) -> None:
    wide = part("wide", "expression", 'keras.layers.Dense(10_000_000, name="wide")', ("flatten1",))
    tall = part("tall", "expression", 'keras.layers.Resizing(9_000, 9_000, name="tall")', ("scale",))
    found = await preview(cnn.add(wide, tall))

    assert found["wide"].error.message.startswith("The weight 'kernel' of 144 × 10000000 values takes 5.36 GiB")
    assert found["tall"].error.message.startswith("The output 'output' of 1 × 9000 × 9000 × 1 values takes 0.302 GiB")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("keras.Layer.__call__ = None", "keras.Layer.__call__"),
        ("np.asarray = None", "np.asarray"),
        ('keras.config.set_floatx("float16")', "keras.config.floatx"),
        ("import builtins; builtins.print = None", "builtins.print"),
    ],
)
async def test_code_that_changes_the_libraries_harms_no_other_preview(
    preview: Any, cnn: Any, part: Any, conv_code: Any, line: str, name: str
) -> None:
    code = f"{HEAD}        {line}\n        return x\n"
    found = await preview(cnn.add(part("bad", "class", code, ("scale",), "Bad")))
    assert name in found["bad"].error.message

    after = await preview(cnn.edit("conv1", conv_code(5)))
    assert {item.state for item in after.values()} == {pb.PREVIEW_STATE_OK}
    assert after["conv1"].outputs[0].spec.dtype == "float32"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("raise ValueError('half a \\ud800 character')", "ValueError: half a ? character"),
        ("return {}['key']", "KeyError: 'key'"),
        ("return tf.reduce_sum(x)", "returned a single value for 'output'"),
    ],
)
async def test_an_error_is_told_in_its_own_words(preview: Any, cnn: Any, part: Any, line: str, told: str) -> None:
    found = await preview(cnn.add(part("bad", "class", f"{HEAD}        {line}\n", ("scale",), "Bad")))

    assert told in found["bad"].error.message
    assert "automatically" not in found["bad"].error.message


async def test_predictions_of_other_rows_than_the_targets_are_an_error(preview: Any, cnn: Any) -> None:
    code = "class Scale(keras.Layer):\n    def call(self, x):\n        return tf.concat([x, x], axis=0)\n"
    found = await preview(cnn.edit("scale", code))

    assert "different numbers of rows" in found["train"].error.message


async def test_exit_in_user_code_is_an_error_of_its_line(preview: Any, cnn: Any, part: Any) -> None:
    found = await preview(cnn.add(part("bad", "class", HEAD + "        raise SystemExit(1)\n", ("scale",), "Bad")))

    assert found["bad"].error.line == 3
    assert "SystemExit" in found["bad"].error.message


async def test_code_sees_no_network_and_no_secret(preview: Any, cnn: Any, part: Any) -> None:
    code = (
        HEAD + "        import os, socket\n"
        "        assert not [name for name in os.environ if 'GLASSWORK' in name]\n"
        "        socket.create_connection(('127.0.0.1', {port}), timeout=1)\n"
        "        return x\n"
    )
    with socket.create_server(("127.0.0.1", 0)) as listening:
        code = code.replace("{port}", str(listening.getsockname()[1]))
        found = await preview(cnn.add(part("bad", "class", code, ("scale",), "Bad")))

    assert found["bad"].error.line == 5
    assert found["bad"].error.message.startswith(("ConnectionRefusedError", "PermissionError"))


async def test_code_reaches_no_daemon_of_the_machine(preview: Any, cnn: Any, part: Any, tmp_path: Path) -> None:
    code = (
        HEAD + "        import socket\n"
        f"        socket.socket(socket.AF_UNIX).connect({str(tmp_path / 'daemon')!r})\n"
        "        return x\n"
    )
    with socket.socket(socket.AF_UNIX) as daemon:
        daemon.bind(str(tmp_path / "daemon"))
        daemon.listen()
        found = await preview(cnn.add(part("bad", "class", code, ("scale",), "Bad")))

    assert found["bad"].error.message.startswith("PermissionError")
