"""The entry of a worker: answers one request after the other, until its server closes the connection."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import keras
import tensorflow as tf
from glasswork_servicekit.connection import Connection

from glasswork_executor.core.cost import REHEARSAL
from glasswork_executor.core.keys import Key
from glasswork_executor.core.program import Component, Program, job_from_json
from glasswork_executor.worker.backward import Gradients
from glasswork_executor.worker.cost import count
from glasswork_executor.worker.data.requests import Desk
from glasswork_executor.worker.eager import run_operations_directly
from glasswork_executor.worker.engine import Engine
from glasswork_executor.worker.failures import Failure
from glasswork_executor.worker.outcome import Outcome
from glasswork_executor.worker.rehearsal import rehearse
from glasswork_executor.worker.showing import describe, describe_variable
from glasswork_executor.worker.variables import Found

# A chain of a thousand layers nests as deep.
RECURSION_LIMIT = 20_000


def main(connection: Connection) -> None:
    """Serve the requests of one server.

    Args:
        connection: the way to the server; its end is the worker's end.
    """
    run_operations_directly()
    keras.config.disable_traceback_filtering()
    worker = _Worker(connection)
    while True:
        worker.serve(worker.next_request())


class _Worker:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waiting: deque[dict[str, Any]] = deque()
        self._number = 0
        self._program: Program | None = None
        self._engine = Engine(self.interrupted)
        self._desk = Desk()

    def next_request(self) -> dict[str, Any]:
        return self._waiting.popleft() if self._waiting else self._connection.receive().header

    def interrupted(self) -> bool:
        """Between components a job gives way to whatever the server sends next: a newer job, or its cancellation."""
        while not self._waiting and self._connection.poll():
            request = self._connection.receive().header
            # A cancellation may cross with the end of the job that it was meant for.
            if request["kind"] != "cancel" or request["number"] == self._number:
                self._waiting.append(request)
        return bool(self._waiting)

    def serve(self, request: dict[str, Any]) -> None:
        kind = request["kind"]
        if kind == "preview":
            self.preview(request)
        elif kind == "warm":
            warm_up()
            self._connection.send({"kind": "warm", "pid": os.getpid()})
        elif kind == "cost":
            self._engine.budget.memory_bytes = request["memory"]
            (rehearse if request["part"] == REHEARSAL else count)(request, self._connection.send)
            self._connection.send({"kind": "end"})
        elif kind != "cancel":
            self._connection.send(self._desk.answer(request))

    def preview(self, request: dict[str, Any]) -> None:
        number = self._number = request["number"]
        verdicts = {key: Failure(**failure) for key, failure in request["verdicts"].items()}
        self._engine.budget.memory_bytes = request["memory"]
        job = job_from_json(request["job"], self._program)
        self._program = job.program
        finished = self._engine.run(job, verdicts, _Reporter(self._connection, number))
        self._connection.send({"kind": "done" if finished else "superseded", "number": number})


class _Reporter:
    """Tells the server about one job."""

    def __init__(self, connection: Connection, number: int) -> None:
        self._connection = connection
        self._number = number

    def started(self, component: Component, key: Key) -> None:
        self._send({"kind": "started", "component": component.id, "key": key.value})

    def finished(self, component: Component, outcome: Outcome, key: Key, cause: str) -> None:
        described, blobs = describe(outcome, component)
        answer = {"kind": "preview", "component": component.id, "key": key.value, "cause": cause, **described}
        self._send(answer, blobs)

    def variable(self, component: str, name: str, found: Found) -> None:
        shown, blobs = describe_variable(found, name)
        failure = asdict(found.failure) if found.failure else None
        told = {"component": component, "name": name, "variable": found.kind, "names": list(found.names)}
        self._send({"kind": "variable", **told, "shown": shown, "error": failure}, blobs)

    def backward(self) -> None:
        self._send({"kind": "backward"})

    def gradients(self, found: Gradients) -> None:
        told = {name: {weight: asdict(each) for weight, each in items.items()} for name, items in found.items()}
        self._send({"kind": "gradients", "components": told})

    def known(self, components: list[str]) -> None:
        if components:
            self._send({"kind": "known", "components": components})

    def _send(self, header: Mapping[str, Any], blobs: list[bytes] | None = None) -> None:
        self._connection.send({**header, "number": self._number}, blobs or ())


def warm_up() -> None:
    """Initialise the devices and what the first layer of a process needs, before anybody waits for it."""
    layer = keras.layers.Conv2D(2, 3)
    layer(keras.KerasTensor((None, 8, 8, 1)))
    layer(tf.zeros((1, 8, 8, 1)))
    keras.layers.Dense(2)(tf.zeros((1, 4)))
