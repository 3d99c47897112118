from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from glasswork_sdk.errors import Unavailable
from glasswork_servicekit import sandbox
from glasswork_servicekit.sandbox import Limits
from glasswork_servicekit.worker import Worker, WorkerGone
from glasswork_servicekit.zygote import Zygote

ENTRIES = """
import os, signal, socket, sys, time

def echo(connection):
    while True:
        message = connection.receive()
        connection.send({"got": message.header}, message.blobs)

def facts(connection):
    connection.send({
        "environment": dict(os.environ),
        "descriptors": sorted(map(int, os.listdir("/proc/self/fd"))),
        "cwd": os.getcwd(),
    })

def hog(connection):
    connection.receive()
    kept = []
    while True:
        kept.append(bytearray(b"x") * (32 << 20))
        time.sleep(0.01)

def abort(connection):
    os.abort()

def spin(connection):
    while True:
        pass

def leave(connection):
    sys.exit(3)

def fail(connection):
    print("on the way", flush=True)
    raise ValueError("nothing goes")

def daemon(connection):
    told, tell = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for number in range(0, 3):
                os.close(number)
            os.write(tell, b"!")
            while True:
                time.sleep(60)
        os._exit(0)
    os.read(told, 1)
    connection.send({"ready": True})
    connection.receive()

def write(connection):
    try:
        with open("big", "wb") as file:
            file.write(bytes(1 << 20))
            file.flush()
    except OSError as error:
        connection.send({"error": error.strerror})

def network(connection):
    try:
        with socket.create_connection(("127.0.0.1", int(os.environ["PORT"])), timeout=2):
            connection.send({"connected": True})
    except OSError:
        connection.send({"connected": False})

def bomb(connection):
    for _ in range(200):
        if os.fork() == 0:
            time.sleep(60)
    connection.receive()
"""


@pytest.fixture
async def zygote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Zygote]:
    (tmp_path / "entries.py").write_text(ENTRIES)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "do not leak")
    made = Zygote(["entries"], {"PYTHONPATH": str(tmp_path)})
    await made.start()
    yield made
    await made.stop()


async def answer(worker: Worker) -> dict[str, Any]:
    return (await asyncio.wait_for(worker.receive(), 60)).header


async def test_a_worker_answers_with_header_and_blobs(zygote: Zygote) -> None:
    worker = await zygote.fork("entries:echo")
    await worker.send({"a": [1, None]}, [b"first", memoryview(bytes(3_000_000))])
    message = await worker.receive()

    assert message.header == {"got": {"a": [1, None]}}
    assert [len(blob) for blob in message.blobs] == [5, 3_000_000]
    assert (await worker.close()).code == 0


async def test_a_worker_inherits_neither_secrets_nor_descriptors(zygote: Zygote, tmp_path: Path) -> None:
    worker = await zygote.fork("entries:facts", environment={"SEED": "1"}, cwd=tmp_path)
    facts = await answer(worker)

    assert "AWS_SECRET_ACCESS_KEY" not in facts["environment"]
    assert facts["environment"]["SEED"] == "1"
    assert facts["descriptors"] == [0, 1, 2, 3, 4]  # 4 is the listing itself
    assert facts["cwd"] == str(tmp_path)


@pytest.mark.parametrize("contained", [False, True])
async def test_a_crash_names_its_signal(zygote: Zygote, contained: bool) -> None:
    worker = await zygote.fork("entries:abort", Limits(contained=contained))
    ending = await asyncio.wait_for(worker.wait(), 60)

    assert (ending.reason, ending.signal) == ("signal", signal.SIGABRT)
    assert ending.describe() == "its process crashed (SIGABRT)"


async def test_an_exit_code_is_told(zygote: Zygote) -> None:
    ending = await (await zygote.fork("entries:leave", Limits(contained=True))).wait()

    assert (ending.reason, ending.code) == ("exited", 3)


async def test_an_exception_ends_with_its_traceback_in_the_output(zygote: Zygote, tmp_path: Path) -> None:
    worker = await zygote.fork("entries:fail", output=tmp_path / "out")
    ending = await worker.wait()

    assert ending.code == 70
    assert (tmp_path / "out").read_text().startswith("on the way\n")
    assert "ValueError: nothing goes" in (tmp_path / "out").read_text()


async def test_a_memory_hog_is_stopped_with_its_reason(zygote: Zygote) -> None:
    worker = await zygote.fork("entries:hog", Limits(memory_bytes=256 << 20, contained=True))
    await worker.send({})
    with pytest.raises(WorkerGone):
        await asyncio.wait_for(worker.receive(), 60)

    assert (await worker.wait()).describe() == "it used more than 256 MiB"


async def test_processor_time_is_limited(zygote: Zygote) -> None:
    worker = await zygote.fork("entries:spin", Limits(cpu_seconds=1, contained=True))
    ending = await asyncio.wait_for(worker.wait(), 60)

    assert ending.describe() == "it used more than 1 s of processor time"


async def test_a_loop_can_be_killed_with_the_callers_reason(zygote: Zygote) -> None:
    worker = await zygote.fork("entries:spin", Limits(contained=True))
    worker.kill("time")

    assert (await asyncio.wait_for(worker.wait(), 60)).describe() == "it took too long"


@pytest.mark.parametrize("by", ["kill", "close"])
async def test_a_daemon_dies_with_its_worker(zygote: Zygote, by: str) -> None:
    worker = await zygote.fork("entries:daemon", Limits(contained=True))
    await answer(worker)
    family = sandbox.descendants(worker.pid)
    assert len(family) >= 2
    if by == "kill":
        worker.kill()
    else:
        await worker.close()
    await worker.wait()

    async with asyncio.timeout(60):
        while [pid for pid in family if running(pid)]:
            await asyncio.sleep(0.01)


def running(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


async def test_a_file_over_the_limit_is_refused(zygote: Zygote, tmp_path: Path) -> None:
    worker = await zygote.fork("entries:write", Limits(file_bytes=4096), cwd=tmp_path)

    assert (await answer(worker))["error"] == "File too large"


@pytest.mark.parametrize("allowed", [True, False])
async def test_the_network_can_be_taken_away(zygote: Zygote, allowed: bool) -> None:
    await zygote.ready()
    if not allowed and not zygote.isolation.network:
        pytest.skip("this machine allows no network namespace")
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        worker = await zygote.fork("entries:network", Limits(network=allowed), environment={"PORT": str(port)})
        assert (await answer(worker))["connected"] is allowed


async def test_a_fork_bomb_is_stopped_and_leaves_nothing(zygote: Zygote) -> None:
    worker = await zygote.fork("entries:bomb", Limits(processes=20, contained=True))
    ending = await asyncio.wait_for(worker.wait(), 60)

    assert ending.describe() == "it started more than 20 processes"
    assert sandbox.descendants(worker.pid) == []


async def test_a_dead_zygote_is_replaced_and_its_workers_end(zygote: Zygote) -> None:
    worker = await zygote.fork("entries:echo", Limits(contained=True))
    assert zygote.pid is not None
    os.kill(zygote.pid, signal.SIGKILL)
    ending = await asyncio.wait_for(worker.wait(), 60)
    next_worker = await asyncio.wait_for(zygote.fork("entries:echo"), 60)

    assert ending.reason == "lost"
    await next_worker.send({})
    assert await answer(next_worker) == {"got": {}}


async def test_a_worker_may_survive_its_zygote(zygote: Zygote) -> None:
    worker = await zygote.fork("entries:echo", Limits(survives_zygote=True))
    assert zygote.pid is not None
    before = zygote.pid
    os.kill(before, signal.SIGKILL)
    async with asyncio.timeout(60):
        while running(before):
            await asyncio.sleep(0.01)
    await worker.send({"still": "here"})

    assert await answer(worker) == {"got": {"still": "here"}}
    await worker.close()


async def test_a_fork_survives_the_death_of_the_zygote_it_was_asked_of(zygote: Zygote) -> None:
    await zygote.ready()
    assert zygote.pid is not None
    os.kill(zygote.pid, signal.SIGKILL)
    worker = await asyncio.wait_for(zygote.fork("entries:echo"), 60)
    await worker.send({"still": "works"})

    assert await answer(worker) == {"got": {"still": "works"}}
    await worker.close()


async def test_a_preload_that_fails_says_why() -> None:
    zygote = Zygote(["no_such_module_here"])
    await zygote.start()
    with pytest.raises(Unavailable, match="No module named 'no_such_module_here'"):
        await zygote.fork("entries:echo")
    await zygote.stop()


async def test_many_workers_at_once(zygote: Zygote) -> None:
    workers = await asyncio.gather(*(zygote.fork("entries:echo", Limits(contained=True)) for _ in range(8)))
    for number, worker in enumerate(workers):
        await worker.send({"number": number})

    assert [(await answer(worker))["got"]["number"] for worker in workers] == list(range(8))
    await asyncio.gather(*(worker.close() for worker in workers))


OPERATIONS = """
def multiply(connection):
    import tensorflow as tf
    while True:
        connection.receive()
        connection.send({"sum": float(tf.reduce_sum(tf.matmul(tf.ones((64, 64)), tf.ones((64, 64)))))})
"""


@pytest.mark.tensorflow
async def test_two_forks_of_one_zygote_run_tensorflow(tmp_path: Path) -> None:
    (tmp_path / "operations.py").write_text(OPERATIONS)
    environment = {"PYTHONPATH": str(tmp_path), "TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"}
    zygote = Zygote(["tensorflow", "keras", "operations"], environment)
    await zygote.start()
    for _ in range(2):
        worker = await zygote.fork("operations:multiply", Limits(contained=True, network=False, processes=256))
        await worker.send({})
        assert (await answer(worker))["sum"] == 64.0**3
        await worker.close()
    await zygote.stop()
