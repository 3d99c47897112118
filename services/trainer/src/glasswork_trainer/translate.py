"""Messages of `glasswork.trainer.v1` and the plain data of the core, one into the other."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from glasswork.graph.v1 import graph_pb2 as graph_pb
from glasswork.trainer.v1 import trainer_pb2 as pb
from glasswork_servicekit import graphs
from google.protobuf.timestamp_pb2 import Timestamp

from glasswork_trainer.core.events import Event, EventKind
from glasswork_trainer.core.jobs import Job
from glasswork_trainer.core.program import CLASS, DATA, EXPRESSION, SOURCE, TRAINING, Binding, Component, Program
from glasswork_trainer.core.run import Failure, Run, State
from glasswork_trainer.core.runs import Order
from glasswork_trainer.core.wording import sendable

# So that the longest page, of 1,000 runs, fits into a message of 16 MiB: a cell takes 11 bytes.
MOST_LISTED_CELLS = 1_000

_KINDS = {
    graph_pb.COMPONENT_KIND_DATA: DATA,
    graph_pb.COMPONENT_KIND_SOURCE: SOURCE,
    graph_pb.COMPONENT_KIND_EXPRESSION: EXPRESSION,
    graph_pb.COMPONENT_KIND_CLASS: CLASS,
    graph_pb.COMPONENT_KIND_TRAINING: TRAINING,
}


def order_of(request: pb.CreateRunRequest) -> Order:
    """Return what a request asks to train."""
    document = graphs.graph_from_message(request.graph)
    return Order(
        document=document,
        script=request.program.script,
        program=program_of(request.program, document),
        profile=graphs.profile_to_dict(request.profile) if request.HasField("profile") else None,
        model=request.model,
        version=request.version,
        devices=tuple(request.devices),
        idempotency_key=request.idempotency_key,
    )


def program_of(message: graph_pb.Program, document: Mapping[str, Any]) -> Program:
    """Return a program; which column a data component reads stands in the document."""
    return Program(tuple(_component(item, document) for item in message.components))


def run_message(run: Run) -> pb.Run:
    """Return a run as a message."""
    message = pb.Run(
        id=run.id,
        model=run.model,
        version=run.version,
        state=state_message(run.state),
        epoch=run.epoch,
        epochs=run.epochs,
        step=run.step,
        steps=run.steps,
        progress=run.progress,
        metrics=run.metrics,
        error=failure_message(run.error),
        end_reason=run.end_reason if run.state.terminal else "",
        created=timestamp(run.created),
        ended=timestamp(run.ended),
        weights_hash=run.weights_hash,
        last_sequence=run.last_sequence,
        environment=run.environment,
        training_type=run.training_type,
        dataset_hash=run.dataset_hash,
        number=run.number,
    )
    if run.test is not None:
        message.test.CopyFrom(graphs.dict_to_struct(run.test))
    return message


def listed_run(run: Run) -> pb.Run:
    """Return a run as a message of a list, in which there is no room for a large confusion matrix of each."""
    return run_message(run if run.test is None else replace(run, test=_listed(run.test, MOST_LISTED_CELLS)))


def event_message(event: Event) -> pb.Event:
    """Return an event as a message."""
    return pb.Event(
        sequence=event.sequence,
        time=timestamp(event.time),
        kind=_event_kind(event.kind),
        epoch=event.epoch,
        step=event.step,
        metrics=event.metrics,
        state=state_message(event.state) if event.state else pb.STATE_UNSPECIFIED,
        end_reason=event.end_reason,
        # A log of a time when half a character got into it can be read all the same.
        message=sendable(event.message),
        error=failure_message(event.error),
        not_finite=event.not_finite,
    )


def watched(item: Run | Event) -> pb.WatchRunResponse:
    """Return a snapshot or an event as a message of the stream."""
    if isinstance(item, Run):
        return pb.WatchRunResponse(snapshot=run_message(item))
    return pb.WatchRunResponse(event=event_message(item))


def test_message(job: Job) -> pb.Test:
    """Return a test as a message."""
    message = pb.Test(
        id=job.id,
        state=state_message(job.state),
        progress=job.progress,
        error=failure_message(job.error),
        split=job.subject,
    )
    if job.results is not None:
        message.results.CopyFrom(graphs.dict_to_struct(job.results))
    return message


def export_message(job: Job) -> pb.Export:
    """Return an export as a message."""
    return pb.Export(
        id=job.id,
        state=state_message(job.state),
        progress=job.progress,
        format=job.subject,
        file=job.file,
        bytes=job.bytes,
        max_difference=job.max_difference,
        error=failure_message(job.error),
    )


def variable_message(variable: Mapping[str, Any]) -> pb.Variable:
    """Return a variable as a process described it as a message."""
    message = pb.Variable(
        name=variable["name"],
        kind=variable["kind"],
        spec=graphs.spec_from_dict(variable),
        statistics=graph_pb.TensorStatistics(**variable["statistics"]),
    )
    if variable["visualization"] is not None:
        picture = {**variable["visualization"], "png": base64.b64decode(variable["visualization"]["png"])}
        message.visualization.CopyFrom(graph_pb.Visualization(**picture))
    return message


def state_message(state: State) -> pb.State.ValueType:
    """Return a state as its enum value."""
    return pb.State.Value(f"STATE_{state}")


def failure_message(failure: Failure | None) -> graph_pb.ComponentError | None:
    """Return a failure as a message, or None."""
    return None if failure is None else graph_pb.ComponentError(**vars(failure))


def timestamp(seconds: float) -> Timestamp | None:
    """Return a time, or None for 0."""
    if not seconds:
        return None
    fraction, whole = math.modf(seconds)
    return Timestamp(seconds=int(whole), nanos=int(fraction * 1e9))


def _listed(results: Mapping[str, Any], most: int) -> dict[str, Any]:
    """Return the results of a test without a confusion matrix of more cells than `most`, and without other targets'."""
    left_out = "confusion_matrix" if len(results.get("confusion_matrix", ())) ** 2 > most else ""
    found = {name: value for name, value in results.items() if name != left_out}
    if "targets" in found:
        found["targets"] = {name: _listed(target, 0) for name, target in found["targets"].items()}
    return found


def _component(message: graph_pb.ComponentCode, document: Mapping[str, Any]) -> Component:
    described = document["components"].get(message.id, {})
    settings = {**described.get("suggested", {}), **described.get("settings", {})}
    kind = _KINDS.get(message.kind, EXPRESSION)
    return Component(
        id=message.id,
        type=message.type,
        kind=kind,
        symbol=message.symbol,
        first_line=message.first_line,
        last_line=message.last_line,
        inputs=tuple(Binding(item.port, item.component, item.output) for item in message.inputs),
        outputs=tuple(message.outputs),
        shares=message.shares,
        target_side=message.target_side,
        feature=str(settings.get("feature", "")) if kind == DATA else "",
    )


def _event_kind(kind: EventKind) -> pb.EventKind.ValueType:
    return pb.EventKind.Value(f"EVENT_KIND_{kind.upper()}")
