"""What the tests share: real data, programs, and the trainer as a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import numpy as np
from glasswork.graph.v1 import graph_pb2 as graph_pb
from glasswork.trainer.v1 import trainer_pb2 as pb
from glasswork.trainer.v1 import trainer_pb2_grpc as rpc
from glasswork_servicekit import graphs, health
from glasswork_servicekit.channel import connect
from PIL import Image
from sklearn.datasets import load_digits

SECRET = "0123456789abcdef-test"
ROWS = 600
HASH = "sha256:" + "ab" * 32
SCRIPTS = Path(__file__).parent / "scripts"
# For what takes a second or two on a quiet machine.
PATIENCE = 300.0
ENDED = (pb.STATE_SUCCEEDED, pb.STATE_FAILED, pb.STATE_CANCELLED)


def write_digits(root: Path) -> Path:
    folder = root / HASH.removeprefix("sha256:")
    (folder / "images").mkdir(parents=True)
    digits = load_digits()
    lines = ["image,digit"]
    for number in range(ROWS):
        name = f"images/{number:04d}.png"
        Image.fromarray(np.round(digits.images[number] * 255 / 16).astype("uint8")).save(folder / name)
        lines.append(f"{name},{digits.target[number]}")
    (folder / "digits.csv").write_text("\n".join(lines) + "\n")
    return folder


def script(name: str = "digits", *edits: tuple[str, str]) -> str:
    text = (SCRIPTS / f"{name}.py.txt").read_text()
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return text


def lasting(epochs: int = 40) -> tuple[str, str]:
    return "EPOCHS = 10", f"EPOCHS = {epochs}"


# A run that is to be met in the middle of its training takes half a second for a step of its later epochs until the
# file `go` stands in its folder.
SLOW_EPOCHS = 2
GATE = f"""class Gate(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_begin(self, batch, logs=None):
        if self.epoch >= {SLOW_EPOCHS} and not Path("go").exists():
            time.sleep(0.5)


"""


def gated(text: str) -> str:
    """Return a script of the digits with slow steps."""
    text = text.replace("import argparse\n", "import argparse\nimport time\n")
    text = text.replace("callbacks = [keras.", "callbacks = [Gate(), keras.")
    return text.replace("def assemble(", GATE + "def assemble(")


def let_go(server: Server, run: str) -> None:
    """Have the later steps of a gated run as quick as all others."""
    (server.run_folder(run) / "work" / "go").touch()


DROPOUT = (
    "    dense1 = keras.layers.Dense(",
    '    flatten1 = keras.layers.Dropout(0.3, name="dropout1")(flatten1)\n    dense1 = keras.layers.Dense(',
)


def digits_request(text: str | None = None, **values: Any) -> pb.CreateRunRequest:
    text = text or script()
    return pb.CreateRunRequest(
        graph=graphs.graph_to_message(DOCUMENT),
        program=program(text),
        profile=graphs.profile_from_dict(PROFILE),
        **values,
    )


def bare_request(text: str) -> pb.CreateRunRequest:
    """A run without a dataset: only a training component."""
    train = graph_pb.ComponentCode(
        id="train",
        type="test.loop",
        kind=graph_pb.COMPONENT_KIND_TRAINING,
        symbol="train",
        **lines(text, "def train(", "    return history"),
    )
    document = {"format": 1, "dataset": None, "components": {"train": {"type": "test.loop", "settings": {}}}}
    return pb.CreateRunRequest(
        graph=graphs.graph_to_message(document), program=graph_pb.Program(script=text, components=[train])
    )


def program(text: str) -> graph_pb.Program:
    def code(identifier: str, kind: Any, symbol: str, first: str, last: str, **bindings: str) -> graph_pb.ComponentCode:
        inputs = [graph_pb.InputBinding(port=p, component=c, output="output") for p, c in bindings.items()]
        kind_of = f"core.{identifier.rstrip('1')}"
        place = lines(text, first, last)
        return graph_pb.ComponentCode(
            id=identifier, type=kind_of, kind=kind, symbol=symbol, inputs=inputs, outputs=["output"], **place
        )

    data, cls, expression = (
        graph_pb.COMPONENT_KIND_DATA,
        graph_pb.COMPONENT_KIND_CLASS,
        graph_pb.COMPONENT_KIND_EXPRESSION,
    )
    components = [
        code("image", data, "read_image", "def read_image", "    return images"),
        code("digit", data, "read_digit", "def read_digit", "    return indices"),
        code("normalize1", cls, "Normalize1", "class Normalize1", "        return", input="image"),
        code("conv1", expression, "conv1", "    conv1 = ", "    )(", input="normalize1"),
        code("flatten1", expression, "flatten1", "    flatten1 =", "    flatten1 =", input="conv1"),
        code("dense1", expression, "dense1", "    dense1 =", "    dense1 =", input="flatten1"),
        code(
            "train",
            graph_pb.COMPONENT_KIND_TRAINING,
            "train",
            "class Scores",
            "    return history",
            predictions="dense1",
            targets="digit",
        ),
    ]
    return graph_pb.Program(script=text, components=components)


def lines(text: str, first: str, last: str) -> dict[str, Any]:
    all_lines = text.split("\n")
    begin = next(number for number, line in enumerate(all_lines) if line.startswith(first))
    end = next(number for number in range(begin, len(all_lines)) if all_lines[number].startswith(last))
    return {"first_line": begin + 1, "last_line": end + 1}


DOCUMENT: dict[str, Any] = {
    "format": 1,
    "dataset": {"source": "dataset:digits", "hash": HASH, "features": {}},
    "components": {
        "image": {"type": "core.data", "settings": {"feature": "image"}},
        "digit": {"type": "core.data", "settings": {"feature": "digit"}},
        "train": {"type": "core.classification", "settings": {}},
    },
    "connections": [],
    "plugins": {},
}
PROFILE: dict[str, Any] = {
    "hash": HASH,
    "rows": ROWS,
    "table": "digits.csv",
    "features": {
        "image": {"type": "image", "statistics": {"height": 8, "width": 8, "channels": 1}},
        "digit": {"type": "categorical", "statistics": {"classes": [str(n) for n in range(10)]}},
    },
}


class Server:
    """The trainer as a process, on a unix socket below `folder`."""

    def __init__(self, folder: Path, datasets: Path) -> None:
        self.folder = folder
        self.address = f"unix:{folder}/s/trainer.sock"
        self._datasets = datasets
        self._process: asyncio.subprocess.Process | None = None
        self._channel: grpc.aio.Channel | None = None

    @property
    def stub(self) -> Any:
        assert self._channel is not None
        return rpc.TrainerServiceStub(self._channel)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        secret = self.folder / "secret"
        secret.write_text(SECRET)
        secret.chmod(0o600)
        environment = {
            **os.environ,
            "GLASSWORK_TRAINER_ADDRESS": self.address,
            "GLASSWORK_SECRET_FILE": str(secret),
            "GLASSWORK_DATA_DIR": str(self.folder / "data"),
            "GLASSWORK_DATASETS_DIR": str(self._datasets),
        }
        log = (self.folder / "log").open("ab")
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "glasswork_trainer", env=environment, stdout=log, stderr=log
        )
        log.close()
        async with asyncio.timeout(PATIENCE):
            while not await self._serves():
                assert self._process.returncode is None, self.log()
                await asyncio.sleep(0.05)
        self._channel = connect(self.address, SECRET)

    async def stop(self, number: int = signal.SIGTERM) -> int:
        assert self._process is not None
        assert self._channel is not None
        await self._channel.close(None)
        if self._process.returncode is None:
            self._process.send_signal(number)
        return await asyncio.wait_for(self._process.wait(), PATIENCE)

    async def _serves(self) -> bool:
        with contextlib.suppress(Exception):
            return await health.check(self.address, SECRET) == "serving"
        return False

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def run_folder(self, run: str) -> Path:
        return self.folder / "data" / "runs" / run

    async def create(self, request: pb.CreateRunRequest) -> str:
        response = await self.stub.CreateRun(request)
        return str(response.run.id)

    async def get(self, run: str) -> pb.Run:
        response: pb.GetRunResponse = await self.stub.GetRun(pb.GetRunRequest(run=run))
        return response.run

    async def events(self, run: str, after: int = 0) -> AsyncIterator[pb.Event]:
        async for item in self.stub.WatchRun(pb.WatchRunRequest(run=run, after_sequence=after)):
            if item.WhichOneof("kind") == "event":
                yield item.event

    async def until(self, run: str, condition: Callable[[pb.Event], bool], after: int = 0) -> pb.Event:
        async with asyncio.timeout(PATIENCE):
            async for event in self.events(run, after):
                if condition(event):
                    return event
        raise AssertionError(f"the run ended first: {await self.get(run)}")

    async def ended(self, run: str) -> pb.Run:
        async with asyncio.timeout(PATIENCE):
            async for _ in self.events(run):
                pass
        return await self.get(run)


def worker_pids(folder: Path) -> Iterator[int]:
    """Yield the processes that work for the run in a folder."""
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdecimal() and os.readlink(entry / "cwd") == str(folder / "work"):
                yield int(entry.name)


def read_json(path: Path) -> Any:
    return json.loads(path.read_bytes())
