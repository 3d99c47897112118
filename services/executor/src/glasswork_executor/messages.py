"""Messages to the executor's own values and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from glasswork.executor.v1 import executor_pb2 as pb
from glasswork.graph.v1 import graph_pb2
from glasswork_sdk.errors import FieldViolation, InvalidInput

from glasswork_executor.core import program as core
from glasswork_executor.core.answers import BLOCKED, ERROR, OK, Answer, Done, Gradients, Variable
from glasswork_executor.core.cost import Cost

MOST_ROWS = 64
MOST_VARIABLES = 64
SPLITS = ("train", "validation", "test")
_KINDS = {
    graph_pb2.COMPONENT_KIND_DATA: core.DATA,
    graph_pb2.COMPONENT_KIND_SOURCE: core.SOURCE,
    graph_pb2.COMPONENT_KIND_EXPRESSION: core.EXPRESSION,
    graph_pb2.COMPONENT_KIND_CLASS: core.CLASS,
    graph_pb2.COMPONENT_KIND_TRAINING: core.TRAINING,
}
_VARIABLES = {
    "output": pb.VARIABLE_KIND_OUTPUT,
    "weight": pb.VARIABLE_KIND_WEIGHT,
    "local": pb.VARIABLE_KIND_LOCAL,
}
_STATES = {OK: pb.PREVIEW_STATE_OK, ERROR: pb.PREVIEW_STATE_ERROR, BLOCKED: pb.PREVIEW_STATE_BLOCKED}


class Programs:
    """The programs of one session, each as a whole or as what has changed since the one before."""

    def __init__(self) -> None:
        self._program = core.EMPTY

    def told(self, request: pb.OpenSessionRequest) -> core.Program | None:
        """Return the program that an edit tells; None where it is the one before.

        Raises:
            InvalidInput: a component has no kind that we know, or a patch does not fit the program before.
        """
        if request.HasField("program"):
            self._program = program_of(request.program)
        elif request.HasField("patch"):
            self._program = self._patched(request.patch)
        else:
            return None
        return self._program

    def _patched(self, patch: graph_pb2.ProgramPatch) -> core.Program:
        changed = [_component(item) for item in patch.components]
        order = list(patch.order.ids) if patch.HasField("order") else None
        try:
            return self._program.patched(changed, order, patch.prelude if patch.HasField("prelude") else None)
        except KeyError as unknown:
            raise _bad("patch.order", "the components that were told", unknown.args[0]) from None


def program_of(message: graph_pb2.Program) -> core.Program:
    """Return a program.

    Raises:
        InvalidInput: a component has no kind that we know.
    """
    return core.Program(message.prelude, tuple(_component(item) for item in message.components))


def sample_of(message: pb.Sample) -> core.Sample:
    """Return which rows to show.

    Raises:
        InvalidInput: the split is unknown, or the position or number of rows is out of range.
    """
    split, count = message.split or "train", message.count or 1
    if split not in SPLITS:
        raise _bad("sample.split", f"one of {', '.join(SPLITS)}", split)
    if message.index < 0:
        raise _bad("sample.index", "0 or more", message.index)
    if not 1 <= count <= MOST_ROWS:
        raise _bad("sample.count", f"1 to {MOST_ROWS}", count)
    return core.Sample(split, message.index, count)


def split_of(message: graph_pb2.Split) -> dict[str, float]:
    """Return a split as numbers by name.

    Raises:
        InvalidInput: its fractions do not sum to 1.
    """
    fractions = {"train": message.train, "validation": message.validation, "test": message.test}
    if min(fractions.values()) < 0 or abs(sum(fractions.values()) - 1) > 1e-6:
        raise _bad("split", "fractions that sum to 1", fractions)
    return {**fractions, "seed": message.seed}


def preview_of(answer: Answer) -> pb.ComponentPreview:
    """Return an answer as a message."""
    message = pb.ComponentPreview(
        component=answer.component,
        state=_STATES[answer.state],
        outputs=[_output(output, answer.blobs) for output in answer.outputs],
        parameter_count=answer.parameter_count,
        cached=not answer.cause and answer.state != BLOCKED,
        cause=answer.cause,
        milliseconds=answer.milliseconds,
        executions=answer.executions,
    )
    if answer.error is not None:
        message.error.CopyFrom(graph_pb2.ComponentError(**answer.error, component=answer.component))
    return message


def variable_of(variable: Variable) -> pb.VariablePreview:
    """Return a variable as a message."""
    message = pb.VariablePreview(
        reference=pb.VariableReference(component=variable.component, name=variable.name),
        kind=_VARIABLES.get(variable.kind, pb.VARIABLE_KIND_UNSPECIFIED),
        names=variable.names,
    )
    if variable.shown is not None:
        _show(message, variable.shown, variable.blobs)
    if variable.error is not None:
        message.error.CopyFrom(graph_pb2.ComponentError(**variable.error, component=variable.component))
    return message


def gradients_of(gradients: Gradients) -> pb.Gradients:
    """Return the gradients of a batch as a message."""
    message = pb.Gradients()
    for name, weights in gradients.components.items():
        for weight, figures in weights.items():
            message.components[name].weights[weight].CopyFrom(graph_pb2.TensorStatistics(**figures))
    return message


def variables_of(references: Sequence[pb.VariableReference]) -> tuple[tuple[str, str], ...]:
    """Return which variables to show.

    Raises:
        InvalidInput: they are too many.
    """
    if len(references) > MOST_VARIABLES:
        raise _bad("variables", f"at most {MOST_VARIABLES}", len(references))
    return tuple((item.component, item.name) for item in references)


def cost_of(cost: Cost) -> pb.EstimateCostResponse:
    """Return a cost as a message."""
    components = {
        name: pb.ComponentCost(parameters=count, flops=cost.flops.get(name), unknown=cost.reasons.get(name, ""))
        for name, count in cost.parameters.items()
    }
    figures: dict[str, Any] = {name: value for name, value in cost.figures.items() if name not in cost.unknown}
    return pb.EstimateCostResponse(components=components, unknown=cost.unknown, **figures)


def done_of(done: Done) -> pb.SessionDone:
    """Return the end of an edit's answers as a message."""
    return pb.SessionDone(executed=done.executed, cached=done.cached, milliseconds=done.milliseconds)


def _component(item: graph_pb2.ComponentCode) -> core.Component:
    if item.kind not in _KINDS:
        raise _bad(f"program.components.{item.id}.kind", "a kind of component", item.kind)
    return core.Component(
        id=item.id,
        kind=_KINDS[item.kind],
        code=item.code,
        symbol=item.symbol,
        inputs=tuple(core.Binding(each.port, each.component, each.output or "output") for each in item.inputs),
        outputs=tuple(item.outputs) or ("output",),
        shares=item.shares,
        visualization=item.visualization or "auto",
        keyed_inputs=item.keyed_inputs,
        uses_variables=item.uses_variables,
        labels=tuple(item.labels),
    )


def _output(output: Any, blobs: Any) -> pb.PreviewOutput:
    message = pb.PreviewOutput(port=output["port"])
    _show(message, output, blobs)
    return message


def _show(message: pb.PreviewOutput | pb.VariablePreview, shown: Any, blobs: Any) -> None:
    message.spec.CopyFrom(graph_pb2.TensorSpec(shape=shown["shape"], dtype=shown["dtype"]))
    message.statistics.CopyFrom(graph_pb2.TensorStatistics(**shown["statistics"]))
    picture = shown["visualization"]
    if picture is not None:
        png = b"" if picture["png"] is None else blobs[picture["png"]]
        message.visualization.CopyFrom(graph_pb2.Visualization(**{**picture, "png": png}))


def _bad(field: str, expected: str, received: object) -> InvalidInput:
    text = f"{field} must be {expected}, received {received!r}."
    return InvalidInput(text, fields=[FieldViolation(field, f"expected {expected}")])
