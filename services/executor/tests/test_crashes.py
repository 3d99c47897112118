"""Hostile and hapless code: each one clear answer, and the next preview works."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from typing import Any

import pytest
from glasswork.executor.v1 import executor_pb2 as pb

pytestmark = pytest.mark.tensorflow

HEAD = "class Bad(keras.Layer):\n    def call(self, x):\n"
CASES = {
    "abort": ("        import os\n        os.abort()\n", "its process crashed (SIGABRT)"),
    "exit": ("        import os\n        os._exit(3)\n", "its process ended by itself with exit code 3"),
    "loop": ("        while True:\n            pass\n", "it took longer than 4 s"),
    "memory": (
        "        kept = []\n        while True:\n            kept.append(np.ones(8_000_000))\n",
        "it used more than 512 MiB",
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


async def test_the_third_crash_of_the_same_content_is_remembered(preview: Any, cnn: Any, part: Any) -> None:
    code = HEAD + "        import os\n        os._exit(77)\n"
    program = cnn.add(part("bad", "class", code, ("scale",), "Bad"))
    for _ in range(3):
        await preview(program)
    start = time.monotonic()
    found = await preview(program)

    assert "exit code 77" in found["bad"].error.message
    assert found["bad"].cached
    assert time.monotonic() - start < 1.0


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
