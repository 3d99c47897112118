"""The live session over its socket, on real processes: what follows, what values tell, and that nothing is stale."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import jsonpatch
import pytest
from glasswork_gateway.sockets.pace import CAPACITY, DEBT, REFILL_PER_SECOND
from websockets.sync.client import ClientConnection, connect

from tests.volume import FULL, tenth

Json = dict[str, Any]
EDITS, SHOWN = tenth(1_000), 10 if FULL else 3
pytestmark = [pytest.mark.services, pytest.mark.tensorflow]
CUSTOM = """class Stretch(keras.Layer):
    def call(self, x):
        flat = tf.reshape(x, (-1, x.shape[1] * x.shape[2] * x.shape[3]))
        return tf.concat([flat, flat], axis=-1)
"""


class Session:
    """One editor of a model."""

    def __init__(self, socket: ClientConnection, graph: Json) -> None:
        self.socket = socket
        self.graph = graph
        self.revision = 0

    def send(self, *patch: Json, **more: Any) -> int:
        self.revision += 1
        self.socket.send(json.dumps({"revision": self.revision, "patch": list(patch), **more}))
        self.graph = jsonpatch.apply_patch(self.graph, list(patch))
        return self.revision

    def receive(self) -> Json:
        message: Json = json.loads(self.socket.recv(60))
        if message["kind"] == "suggestions":
            self.graph = jsonpatch.apply_patch(self.graph, message["patch"])
        return message

    def edit(self, *patch: Json, **more: Any) -> dict[str, Any]:
        """Return the answers to an edit by kind; previews by component."""
        self.send(*patch, **more)
        told: dict[str, Any] = {"preview": {}, "variable": [], "suggestions": []}
        while True:
            message = self.receive()
            assert message["kind"] != "error", message
            if message["kind"] == "preview":
                told["preview"] |= message["components"]
            elif message["kind"] in ("variable", "suggestions"):
                told[message["kind"]].append(message)
            else:
                told[message["kind"]] = message
            if message["kind"] == "done":
                return told


@pytest.fixture(scope="session")
def digits(api: httpx.Client) -> Json:
    api.post("/datasets", json={"example": "digits"}).raise_for_status()
    graph: Json = api.post("/suggest", json={"dataset": "example:digits"}).raise_for_status().json()["graph"]
    return graph


@pytest.fixture
def session(deployment: Any, api: httpx.Client, digits: Json) -> Iterator[Session]:
    model = api.post("/models", json={"name": "Live", "graph": digits}).raise_for_status().json()["id"]
    address = f"{deployment.sockets}/models/{model}/preview"
    with connect(address, additional_headers=deployment.headers, proxy=None) as socket:
        assert json.loads(socket.recv())["kind"] == "ready"
        yield Session(socket, digits)


def layers(session: Session, kind: str) -> list[str]:
    return [name for name, item in session.graph["components"].items() if item["type"] == f"core.{kind}"]


def last_dense(session: Session) -> str:
    wire = next(item for item in session.graph["connections"] if item["to"].endswith(".predictions"))
    return str(wire["from"].partition(".")[0])


def test_untouched_settings_follow_and_say_why(session: Session) -> None:
    last = last_dense(session)
    session.edit()
    told = session.edit({"op": "replace", "path": f"/components/{last}/suggested", "value": {}})

    (followed,) = told["suggestions"]
    assert session.graph["components"][last]["suggested"]["units"] == 10
    assert {item["component"] for item in followed["explanation"]} == {last}
    assert (told["preview"].get(last) or {"shape": [10]})["shape"] == [10]
    assert session.edit()["suggestions"] == []


def test_what_the_user_set_is_never_touched(session: Session) -> None:
    (conv, *_) = layers(session, "convolution")
    told = session.edit({"op": "add", "path": f"/components/{conv}/settings/filters", "value": 7})

    assert told["preview"][conv]["shape"][-1] == 7
    assert session.graph["components"][conv]["settings"]["filters"] == 7
    assert told["suggestions"] == []


def test_what_follows_custom_code_follows_its_measured_shape(session: Session) -> None:
    (flatten, *_) = layers(session, "flatten") or layers(session, "global_pooling")
    behind = next(item for item in session.graph["connections"] if item["from"] == f"{flatten}.output")["to"]
    before = session.edit()["shapes"]["components"]
    code = {"text": CUSTOM, "base": ""}
    told = session.edit({"op": "add", "path": f"/components/{flatten}/code", "value": code})

    size = before[flatten]["output"]["shape"][0]
    assert told["preview"][flatten]["shape"] == [2 * size]
    assert told["shapes"]["components"][flatten]["output"]["shape"] == [2 * size]
    assert told["preview"][behind.partition(".")[0]]["state"] == "ok"


def test_values_are_judged_after_the_previews(session: Session) -> None:
    last = last_dense(session)
    (conv, *_) = layers(session, "convolution")
    quiet = session.edit()
    zeros = session.edit({"op": "add", "path": f"/components/{conv}/settings/kernel_initializer", "value": "zeros"})

    assert not [item for item in quiet["diagnostics"]["diagnostics"] if item["severity"] != "tip"]
    codes = {(item["component"], item["code"]) for item in zeros["diagnostics"]["diagnostics"]}
    assert (conv, "dead-activations") in codes
    assert zeros["preview"][conv]["statistics"]["zero_fraction"] == 1.0
    assert last in zeros["preview"]


def test_a_kernel_and_a_local_variable_are_shown_with_every_edit(session: Session) -> None:
    (conv, *_), (flatten, *_) = layers(session, "convolution"), layers(session, "flatten")
    code = {"op": "add", "path": f"/components/{flatten}/code", "value": {"text": CUSTOM, "base": ""}}
    wanted = [{"component": conv, "name": "kernel"}, {"component": flatten, "name": "flat"}]
    told = session.edit(code, variables=wanted)

    kernel, flat = (message["variable"] for message in told["variable"][-2:])
    assert (kernel["kind"], kernel["shape"][:2], flat["kind"]) == ("weight", [3, 3], "local")
    assert flat["shape"][-1] * 2 == told["preview"][flatten]["shape"][0]
    assert {"output", "flat", "x"} <= set(flat["names"])


def test_a_variable_is_shown_without_a_session(api: httpx.Client, digits: Json) -> None:
    conv = next(name for name, item in digits["components"].items() if item["type"] == "core.convolution")
    body = {"graph": digits, "variable": {"component": conv, "name": "bias"}, "components": [conv]}
    answer = api.post("/preview", json=body).raise_for_status().json()

    assert (answer["variable"]["kind"], answer["variable"]["statistics"]["zero_fraction"]) == ("weight", 1.0)
    assert answer["variable"]["names"] == ["output", "kernel", "bias"]


def test_several_rows_are_a_sheet_and_predictions_have_names(session: Session) -> None:
    one = session.edit()["preview"]
    many = session.edit(sample={"split": "test", "index": 2, "count": 9})["preview"]

    assert one[last_dense(session)]["visualization"]["labels"] == [str(digit) for digit in range(10)]
    assert many["image"]["visualization"]["rows"] == 9
    assert many[last_dense(session)]["visualization"]["kind"] == "heatmap"


def test_of_a_storm_of_edits_few_run_and_the_last_is_shown(session: Session) -> None:
    (conv, *_) = layers(session, "convolution")
    before = session.edit()["preview"][conv]["executions"]
    told: Json = {}
    began, newest, shown, number = time.monotonic(), 0, 0, 0

    def take(message: Json) -> None:
        nonlocal newest, shown
        assert message["kind"] != "error", message
        if message["kind"] != "suggestions":
            assert message["revision"] >= newest, "a stale answer came after a newer one"
            newest = message["revision"]
        told.update(message["components"] if message["kind"] == "preview" else {})
        shown += message["kind"] == "preview" and conv in message["components"]

    # Values come while the storm lasts: it lasts until they have.
    while number < EDITS or shown < SHOWN:
        number += 1
        assert number < 100 * EDITS
        edited = {"op": "add", "path": f"/components/{conv}/settings/filters", "value": filters(number)}
        last = session.send(edited)
        with contextlib.suppress(TimeoutError):
            take(json.loads(session.socket.recv(0.01)))
    while True:
        message = session.receive()
        take(message)
        if message["kind"] == "done" and message["revision"] == last:
            break
    assert told[conv]["shape"][-1] == filters(number)
    # Each value is new, so that every run of the graph executes the edited component: these are all of its runs. The
    # two more are the last edit and one that began before the bucket knew of a storm.
    most = CAPACITY + DEBT + REFILL_PER_SECOND * (time.monotonic() - began) + 2
    assert SHOWN <= told[conv]["executions"] - before <= most
    assert max(item["executions"] for item in told.values()) <= most + 1


def filters(number: int) -> int:
    return 4 + number % 1000
