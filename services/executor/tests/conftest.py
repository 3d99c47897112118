from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import grpc
import numpy as np
import pytest
from glasswork.executor.v1 import executor_pb2 as pb
from glasswork.executor.v1 import executor_pb2_grpc as rpc
from glasswork.graph.v1 import graph_pb2
from glasswork_servicekit import health
from glasswork_servicekit.channel import connect
from numpy.typing import NDArray
from PIL import Image

from tests.warm import Warm

SECRET = secrets.token_hex(16)
ROWS = 40

PRELUDE = '''"""A model."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from numpy.typing import NDArray
from PIL import Image

EPOCHS = 3


class Data(NamedTuple):
    """Batches."""

    train: object


def read_table(folder):
    return pd.read_csv(folder / "digits.csv").dropna(subset=["image", "digit"], ignore_index=True)


def split_rows(count):
    order = np.random.default_rng(123).permutation(count)
    train = round(0.7 * count)
    validation = train + round(0.2 * count)
    return {"train": order[:train], "validation": order[train:validation], "test": order[validation:]}
'''

READ_IMAGE = """def read_image(table, rows, folder):
    images = np.empty((len(rows), 8, 8, 1), np.float32)
    for place, row in enumerate(rows):
        with Image.open(folder / table["image"][row]) as picture:
            images[place] = np.asarray(picture, np.float32).reshape(8, 8, 1)
    return images
"""

READ_DIGIT = """def read_digit(table, rows, folder):
    _, indices = np.unique(table["digit"], return_inverse=True)
    return indices[rows].astype(np.int64)
"""

SCALE = """class Scale(keras.Layer):
    def call(self, x):
        return x / 255.0
"""

TRAINING = """def assemble(inputs, outputs):
    return keras.Model(inputs, outputs)


def train(model, data):
    return model.fit(data, epochs=EPOCHS)
"""


@dataclass(frozen=True)
class Part:
    """A component of a hand-written program; `inputs` are `component`, `component.port` or `port=component.port`."""

    id: str
    kind: str
    code: str
    inputs: tuple[str, ...] = ()
    symbol: str = ""
    outputs: tuple[str, ...] = ("output",)
    shares: str = ""
    visualization: str = "auto"
    uses_variables: bool = False
    labels: tuple[str, ...] = ()

    def message(self) -> graph_pb2.ComponentCode:
        return graph_pb2.ComponentCode(
            id=self.id,
            kind=graph_pb2.ComponentKind.Value(f"COMPONENT_KIND_{self.kind.upper()}"),
            code=self.code,
            symbol=self.symbol,
            inputs=[_binding(number, text) for number, text in enumerate(self.inputs)],
            outputs=self.outputs,
            shares=self.shares,
            visualization=self.visualization,
            uses_variables=self.uses_variables,
            keyed_inputs=len(self.inputs) > 1 and "=" in self.inputs[0],
            labels=self.labels,
        )


def _binding(number: int, text: str) -> graph_pb2.InputBinding:
    port, _, source = text.rpartition("=")
    component, _, output = source.partition(".")
    default = "input" if number == 0 else f"input_{number + 1}"
    return graph_pb2.InputBinding(port=port or default, component=component, output=output or "output")


@dataclass(frozen=True)
class Parts:
    """A hand-written program that can be edited."""

    items: tuple[Part, ...]
    prelude: str = PRELUDE

    def message(self) -> graph_pb2.Program:
        return graph_pb2.Program(prelude=self.prelude, components=[item.message() for item in self.items])

    def edit(self, name: str, code: str) -> Parts:
        items = tuple(replace(item, code=code) if item.id == name else item for item in self.items)
        return replace(self, items=items)

    def add(self, *parts: Part) -> Parts:
        return replace(self, items=(*self.items, *parts))

    @property
    def ids(self) -> list[str]:
        return [item.id for item in self.items]


def conv(filters: int) -> str:
    settings = f'filters={filters},\n    kernel_size=3,\n    activation="relu",\n    name="conv1"'
    return f"keras.layers.Conv2D(\n    {settings},\n)"


CNN = Parts(
    (
        Part("image", "data", READ_IMAGE, symbol="read_image"),
        Part("digit", "data", READ_DIGIT, symbol="read_digit"),
        Part("scale", "class", SCALE, ("image",), "Scale"),
        Part("conv1", "expression", conv(4), ("scale",)),
        Part("flatten1", "expression", 'keras.layers.Flatten(name="flatten1")', ("conv1",)),
        Part(
            "dense1",
            "expression",
            'keras.layers.Dense(10, activation="softmax", name="dense1")',
            ("flatten1",),
            visualization="probabilities",
        ),
        Part("train", "training", TRAINING, ("predictions=dense1", "targets=digit"), outputs=()),
    )
)


@pytest.fixture
def cnn() -> Parts:
    return CNN


@pytest.fixture
def part() -> type[Part]:
    return Part


@pytest.fixture
def conv_code() -> Callable[[int], str]:
    return conv


@dataclass(frozen=True)
class Executor:
    """A running executor process."""

    address: str
    datasets: Path
    pid: int
    hashes: list[str] = field(default_factory=list)

    def dataset(self, source: Path) -> str:
        digest = secrets.token_hex(32)
        shutil.copytree(source, self.datasets / digest)
        return f"sha256:{digest}"


def write_digits(folder: Path, rows: int = ROWS) -> None:
    (folder / "images").mkdir(parents=True)
    random = np.random.default_rng(1)
    lines = ["image,digit"]
    for row in range(rows):
        pixels = random.integers(0, 256, (8, 8), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / "images" / f"{row:04}.png")
        lines.append(f"images/{row:04}.png,{row % 10}")
    (folder / "digits.csv").write_text("\n".join(lines) + "\n")


@contextmanager
def launched(folder: Path, **variables: str) -> Iterator[Executor]:
    """Run an executor below `folder` until the block ends; it has to end with 0."""
    (folder / "secret").write_text(SECRET)
    (folder / "secret").chmod(0o600)
    (folder / "datasets").mkdir()
    write_digits(folder / "digits")
    environment = os.environ | {
        "GLASSWORK_EXECUTOR_ADDRESS": f"unix:{folder}/run/executor.sock",
        "GLASSWORK_SECRET_FILE": str(folder / "secret"),
        "GLASSWORK_DATA_DIR": str(folder),
        **variables,
    }
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([sys.executable, "-m", "glasswork_executor"], env=environment, stderr=log)
    found = Executor(environment["GLASSWORK_EXECUTOR_ADDRESS"], folder / "datasets", process.pid)
    found.hashes.append(found.dataset(folder / "digits"))
    yield found
    process.terminate()
    assert process.wait(120) == 0


@pytest.fixture(scope="session")
def executor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Executor]:
    folder = tmp_path_factory.mktemp("executor")
    with launched(folder, GLASSWORK_PREVIEW_SECONDS="20", GLASSWORK_PREVIEW_MEMORY_MIB="512") as found:
        yield found


@pytest.fixture(scope="session")
def small_executor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Executor]:
    folder = tmp_path_factory.mktemp("small")
    with launched(
        folder, GLASSWORK_PREVIEW_WORKERS="2", GLASSWORK_PREVIEW_IDLE_SECONDS="1", GLASSWORK_PREVIEW_SECONDS="6"
    ) as found:
        yield found


@pytest.fixture
def digits(executor: Executor) -> str:
    return executor.hashes[0]


@asynccontextmanager
async def connected(executor: Executor) -> AsyncIterator[rpc.ExecutorServiceAsyncStub]:
    deadline = time.monotonic() + 300
    while await health.check(executor.address) != "serving":
        assert time.monotonic() < deadline
    async with connect(executor.address, SECRET) as channel:
        yield rpc.ExecutorServiceStub(channel)


@pytest.fixture
async def stub(executor: Executor) -> AsyncIterator[rpc.ExecutorServiceAsyncStub]:
    async with connected(executor) as found:
        yield found


@pytest.fixture
async def small_editor(small_executor: Executor) -> AsyncIterator[Callable[[], Editor]]:
    async with connected(small_executor) as found:
        yield lambda: Editor(found, small_executor.hashes[0])


class Editor:
    """A preview session under test."""

    def __init__(self, stub: rpc.ExecutorServiceAsyncStub, dataset: str) -> None:
        self.call: grpc.aio.StreamStreamCall[pb.OpenSessionRequest, pb.OpenSessionResponse] = stub.OpenSession(None)
        self.dataset = dataset
        self.revision = 0
        self.known: dict[str, pb.ComponentPreview] = {}
        self.variables: list[pb.VariablePreview] = []

    async def send(self, parts: Parts | None = None, **more: object) -> int:
        self.revision += 1
        request = pb.OpenSessionRequest(revision=self.revision, dataset_hash=self.dataset, **more)  # type: ignore[arg-type]
        if parts is not None:
            request.program.CopyFrom(parts.message())
        await self.call.write(request)
        return self.revision

    async def answers(self) -> tuple[dict[str, pb.ComponentPreview], pb.SessionDone]:
        """Return what is told of the newest edit."""
        told: dict[str, pb.ComponentPreview] = {}
        while True:
            response = await self.call.read()
            assert isinstance(response, pb.OpenSessionResponse)
            if response.revision != self.revision:
                continue
            if response.HasField("gradients"):
                continue
            if response.HasField("variable"):
                self.variables.append(response.variable)
                continue
            if response.HasField("done"):
                self.known |= told
                return told, response.done
            told[response.preview.component] = response.preview

    async def edit(
        self, parts: Parts | None = None, **more: object
    ) -> tuple[dict[str, pb.ComponentPreview], pb.SessionDone]:
        await self.send(parts, **more)
        return await self.answers()


@pytest.fixture
async def editor(stub: rpc.ExecutorServiceAsyncStub, digits: str) -> AsyncIterator[Editor]:
    made = Editor(stub, digits)
    yield made
    made.call.cancel()


Preview = Callable[[Parts], object]


@pytest.fixture
def preview(stub: rpc.ExecutorServiceAsyncStub, digits: str) -> Callable[..., object]:
    async def run(parts: Parts, dataset: str = digits, **more: object) -> dict[str, pb.ComponentPreview]:
        request = pb.PreviewRequest(program=parts.message(), dataset_hash=dataset, **more)  # type: ignore[arg-type]
        answers = stub.Preview(request)
        return {item.preview.component: item.preview async for item in answers if item.HasField("preview")}

    return run


PLAIN = """
import json, sys
import numpy as np
import keras
image, seeds = np.load(sys.argv[1]), json.loads(sys.argv[2])
keras.utils.set_random_seed(seeds["conv1"])
x = keras.layers.Conv2D(filters=4, kernel_size=3, activation="relu")(image / 255.0)
x = keras.layers.Flatten()(x)
keras.utils.set_random_seed(seeds["dense1"])
print(json.dumps(np.asarray(keras.layers.Dense(10, activation="softmax")(x))[0].tolist()))
"""


@pytest.fixture
def plain_keras(tmp_path: Path, warm: Warm) -> Callable[..., object]:
    def compute(image: NDArray[np.float32], seeds: dict[str, int]) -> object:
        np.save(tmp_path / "image.npy", image)
        output = warm.run(["-c", PLAIN, tmp_path / "image.npy", json.dumps(seeds)], check=True)
        return np.array(json.loads(output.stdout))

    return compute
