"""A run's code sees no secret and no other run, writes to its own work folder alone, and leaves no temporary files."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest
from glasswork.trainer.v1 import trainer_pb2 as pb
from glasswork_sdk.errors import NotFound
from glasswork_servicekit.landlock import is_there

from services.trainer.tests.harness import PATIENCE, Server, bare_request, digits_request, script

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(not is_there(), reason="this kernel has no Landlock (Linux 5.13)"),
]

ATTEMPTS = """
def attempts():
    import socket, tempfile
    def outcome(action):
        try:
            action()
        except OSError as error:
            return type(error).__name__
        return "done"
    print("secret", outcome(lambda: open({secret!r}).read()))
    print("neighbour", outcome(lambda: open({neighbour!r}).read()))
    print("record", outcome(lambda: open("../run.json", "w")))
    print("elsewhere", outcome(lambda: open({elsewhere!r}, "w")))
    print("own", outcome(lambda: open("note.txt", "w")))
    print("scratch", outcome(lambda: tempfile.mkstemp()))
    print("world", outcome(lambda: socket.create_connection(("127.0.0.1", {port}), 2)))
    print("daemon", outcome(lambda: socket.socket(socket.AF_UNIX).connect({daemon!r})))


attempts()
"""


def hostile(server: Server, neighbour: str, tmp_path: Path, port: int) -> str:
    data = server.folder / "data"
    (data / "secret").write_text("of the deployment")
    paths = {
        "secret": str(data / "secret"),
        "neighbour": str(data / "runs" / neighbour / "run.json"),
        "elsewhere": str(tmp_path / "note.txt"),
        "daemon": str(tmp_path / "daemon.sock"),
    }
    return script("environment", ("def build_model", ATTEMPTS.format(**paths, port=port) + "\n\ndef build_model"))


async def test_a_run_reaches_only_what_is_its_own(server: Server, tmp_path: Path) -> None:
    neighbour = await server.create(bare_request(script("environment")))
    with socket.create_server(("127.0.0.1", 0)) as world, socket.socket(socket.AF_UNIX) as daemon:
        daemon.bind(str(tmp_path / "daemon.sock"))
        daemon.listen()
        text = hostile(server, neighbour, tmp_path, world.getsockname()[1])
        run = await server.create(bare_request(text))
        ended = await server.ended(run)
    assert ended.state == pb.STATE_SUCCEEDED
    told = dict(line.split() for line in await printed(server, run) if line.count(" ") == 1)
    denied = "PermissionError"
    assert told.pop("world") in {denied, "ConnectionRefusedError"}
    assert told == {
        "daemon": denied,
        "secret": denied,
        "neighbour": denied,
        "record": denied,
        "elsewhere": denied,
        "own": "done",
        "scratch": "done",
    }


async def test_no_temporary_file_outlives_a_run(server: Server) -> None:
    run = await server.create(digits_request())
    assert (await server.ended(run)).state == pb.STATE_SUCCEEDED
    scratch = server.folder / "data" / "runs" / run / "work" / "scratch"
    async with asyncio.timeout(PATIENCE):
        while list(scratch.iterdir()):
            await asyncio.sleep(0.05)


async def test_weights_that_became_a_link_are_not_followed(server: Server) -> None:
    run = await server.create(bare_request(script("environment")))
    assert (await server.ended(run)).state == pb.STATE_SUCCEEDED
    weights = server.folder / "data" / "runs" / run / "work" / "weights.safetensors"
    weights.unlink()
    weights.symlink_to(server.folder / "secret")
    with pytest.raises(NotFound, match="no plain file"):
        _ = [part async for part in server.stub.DownloadFile(pb.DownloadFileRequest(run=run))]


async def printed(server: Server, run: str) -> list[str]:
    events = server.stub.WatchRun(pb.WatchRunRequest(run=run))
    return [item.event.message async for item in events if item.event.kind == pb.EVENT_KIND_LOG]
