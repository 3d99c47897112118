"""Messages of the services as the JSON of the API."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Mapping
from typing import Any

from glasswork.codegen.v1 import codegen_pb2
from glasswork.executor.v1 import executor_pb2
from glasswork.graph.v1 import graph_pb2
from glasswork.registry.v1 import registry_pb2
from glasswork.trainer.v1 import trainer_pb2
from glasswork_servicekit.graphs import graph_from_message, profile_to_dict, struct_to_dict
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

Json = dict[str, Any]


def time_text(stamp: Timestamp) -> str:
    """Return a time in RFC 3339, UTC."""
    return stamp.ToJsonString()


def finite(value: float) -> float | None:
    """Return a number as JSON can hold it: None where it is not finite."""
    return value if math.isfinite(value) else None


def finite_all(values: Mapping[str, float]) -> dict[str, float | None]:
    """Return numbers by name as JSON can hold them, by name."""
    return {name: finite(values[name]) for name in sorted(values)}


def component_type(message: codegen_pb2.ComponentType) -> Json:
    """Return a component type."""
    return {
        "type": message.type,
        "title": message.title,
        "summary": message.summary,
        "category": message.category,
        "plugin": message.plugin,
        "inputs": [_port(port) for port in message.inputs],
        "outputs": [_port(port) for port in message.outputs],
        "settings_schema": _in_order(struct_to_dict(message.settings_schema), message.settings),
        "documentation": message.documentation,
        "training": message.training,
        "metrics": list(message.metrics),
        "keywords": list(message.keywords),
        "error": message.error or None,
    }


def _in_order(schema: Json, names: Iterable[str]) -> Json:
    """Return a schema with its properties as they were declared: a protobuf map has no order, and a form has one."""
    properties: Json = schema.get("properties", {})
    ordered = {name: properties[name] for name in (*names, *properties) if name in properties}
    return {**schema, "properties": ordered} if properties else schema


def plugin(message: codegen_pb2.Plugin) -> Json:
    """Return a plugin."""
    return {
        "name": message.name,
        "version": message.version,
        "distribution": message.distribution,
        "component_types": list(message.component_types),
        "error": message.error or None,
        "failures": [
            {"where": item.where, "error": item.error, "place": item.place or None} for item in message.failures
        ],
    }


def example(message: registry_pb2.Example) -> Json:
    """Return an example."""
    return {
        "name": message.name,
        "title": message.title,
        "summary": message.summary,
        "targets": list(message.targets),
        "licence": message.licence,
        "templates": list(map(template, message.templates)),
    }


def rule(message: codegen_pb2.Rule) -> Json:
    """Return a kind of finding."""
    return {
        "code": message.code,
        "severity": graph_pb2.Severity.Name(message.severity).removeprefix("SEVERITY_").lower(),
        "title": message.title,
        "why": message.why,
        "remedy": message.remedy,
    }


def template(message: registry_pb2.Template) -> Json:
    """Return a ready model."""
    return {
        "name": message.name,
        "title": message.title,
        "teaches": message.teaches,
        "metric": message.metric,
        "lower_is_better": message.lower_is_better,
        "goal": message.goal,
        "baseline": {"name": message.baseline_name, "value": message.baseline},
        "graph": graph_from_message(message.graph),
    }


def device(message: trainer_pb2.Device) -> Json:
    """Return a device."""
    return {
        "name": message.name,
        "kind": message.kind,
        "description": message.description,
        "memory_bytes": message.memory_bytes or None,
    }


def dataset(message: registry_pb2.Dataset) -> Json:
    """Return a dataset with its profile."""
    profile = profile_to_dict(message.profile)
    return {
        "id": message.id,
        "name": message.name,
        "hash": message.hash,
        "created": time_text(message.created),
        "rows": profile["rows"],
        "table": profile["table"],
        "features": profile["features"],
        "targets": list(message.targets),
        "warnings": profile["warnings"],
    }


def explanations(messages: Iterable[codegen_pb2.Explanation]) -> list[Json]:
    """Return explanations."""
    return [{"component": item.component or None, "text": item.text} for item in messages]


def component_codes(program: graph_pb2.Program) -> dict[str, Json]:
    """Return the parts of a program by component."""
    return {
        item.id: {"code": item.code, "first_line": item.first_line, "last_line": item.last_line}
        for item in program.components
    }


def shapes(component: graph_pb2.ComponentCode) -> Json:
    """Return what a component's type says of its outputs, by port."""
    return {port: {"shape": _shape(spec), "dtype": spec.dtype} for port, spec in sorted(component.specs.items())}


def component_preview(message: executor_pb2.ComponentPreview) -> Json:
    """Return a preview; its first output stands for it, and with several `outputs` has all."""
    outputs = [_output(item) for item in message.outputs]
    first = outputs[0] if outputs else dict.fromkeys(("shape", "dtype", "statistics", "visualization"))
    preview = {
        "state": executor_pb2.PreviewState.Name(message.state).removeprefix("PREVIEW_STATE_").lower(),
        "shape": first["shape"],
        "dtype": first["dtype"],
        "parameter_count": message.parameter_count,
        "statistics": first["statistics"],
        "visualization": first["visualization"],
        "error": component_error(message.error) if message.HasField("error") else None,
        "cached": message.cached,
        "cause": message.cause or None,
        "executions": message.executions,
        "milliseconds": message.milliseconds,
    }
    return {**preview, "outputs": outputs} if len(outputs) > 1 else preview


def component_variable(message: executor_pb2.VariablePreview) -> Json:
    """Return a variable of a component on the sample."""
    kind = executor_pb2.VariableKind.Name(message.kind).removeprefix("VARIABLE_KIND_").lower()
    shown = message.HasField("spec")
    return {
        "component": message.reference.component,
        "name": message.reference.name,
        "kind": None if kind == "unspecified" else kind,
        "shape": _shape(message.spec, whole=True) if shown else None,
        "dtype": message.spec.dtype if shown else None,
        "statistics": _statistics(message.statistics) if message.HasField("statistics") else None,
        "visualization": _visualization(message.visualization) if message.HasField("visualization") else None,
        "error": component_error(message.error) if message.HasField("error") else None,
        "names": list(message.names),
    }


def cost(message: executor_pb2.EstimateCostResponse) -> Json:
    """Return what a model will cost."""
    figures = {
        name: getattr(message, name) if message.HasField(name) else None
        for name in ("parameters", "flops", "memory_bytes", "epoch_seconds")
    }
    components = {
        name: {
            "parameters": item.parameters,
            "flops": item.flops if item.HasField("flops") else None,
            "unknown": item.unknown or None,
        }
        for name, item in sorted(message.components.items())
    }
    return {"components": components, **figures, "unknown": dict(sorted(message.unknown.items()))}


def unanswered_preview(error: Json | None) -> Json:
    """Return the preview of a component that has no code: it is wrong itself, or what is before it is."""
    empty = dict.fromkeys(("shape", "dtype", "statistics", "visualization", "cause"))
    state = "error" if error else "blocked"
    return {
        "state": state,
        **empty,
        "parameter_count": 0,
        "error": error,
        "cached": False,
        "executions": 0,
        "milliseconds": 0.0,
    }


def component_error(message: graph_pb2.ComponentError) -> Json:
    """Return an error in a component's code or data."""
    return {
        "message": message.message,
        "line": message.line or None,
        "component": message.component or None,
        "code": message.code or None,
    }


def model(message: registry_pb2.Model) -> Json:
    """Return a model."""
    return {
        "id": message.id,
        "name": message.name,
        "created": time_text(message.created),
        "updated": time_text(message.updated),
        "etag": message.etag,
        "base": message.base or None,
        "component_count": message.component_count,
        "last_run": None,
    }


def version(message: registry_pb2.Version) -> Json:
    """Return a version."""
    return {
        "id": message.id,
        "message": message.message,
        "author": message.author,
        "created": time_text(message.created),
        "metrics": _struct(message, "metrics"),
        "parents": list(message.parents),
        "weights": message.weights or None,
    }


def last_run(message: trainer_pb2.Run) -> Json:
    """Return a run in short, as a list of models shows it."""
    test = _struct(message, "test") or {}
    return {
        "id": message.id,
        "state": state(message.state),
        "progress": finite(message.progress),
        "created": time_text(message.created),
        "ended": time_text(message.ended) if message.HasField("ended") else None,
        "metrics": finite_all(message.metrics),
        "test": {name: value for name, value in test.items() if isinstance(value, int | float)},
    }


def run(message: trainer_pb2.Run) -> Json:
    """Return a run."""
    return {
        "id": message.id,
        "number": message.number,
        "model": message.model or None,
        "version": message.version or None,
        "state": state(message.state),
        "epoch": message.epoch,
        "epochs": message.epochs,
        "step": message.step,
        "steps": message.steps,
        "progress": finite(message.progress),
        "metrics": finite_all(message.metrics),
        "error": component_error(message.error) if message.HasField("error") else None,
        "end_reason": message.end_reason or None,
        "created": time_text(message.created),
        "ended": time_text(message.ended) if message.HasField("ended") else None,
        "weights": message.weights_hash or None,
        "test": _struct(message, "test"),
        "dataset": message.dataset_hash or None,
        "training_type": message.training_type,
        "last_sequence": message.last_sequence,
        "environment": dict(sorted(message.environment.items())),
    }


def event(message: trainer_pb2.Event) -> Json:
    """Return an event of a run; members that its kind does not have are left out."""
    kind = trainer_pb2.EventKind.Name(message.kind).removeprefix("EVENT_KIND_").lower()
    told: Json = {
        "sequence": message.sequence,
        "time": time_text(message.time),
        "kind": kind,
        "epoch": message.epoch,
        "step": message.step,
    }
    if kind in ("batch", "epoch"):
        told["metrics"] = {**finite_all(message.metrics), **dict.fromkeys(sorted(message.not_finite))}
    if message.not_finite:
        told["not_finite"] = dict(sorted(message.not_finite.items()))
    if kind == "state":
        told["state"] = state(message.state)
        told["end_reason"] = message.end_reason or None
        told["error"] = component_error(message.error) if message.HasField("error") else None
    if message.message:
        told["message"] = message.message
    return told


def variable(message: trainer_pb2.Variable) -> Json:
    """Return a variable of a component."""
    return {
        "name": message.name,
        "kind": message.kind,
        "shape": _shape(message.spec, whole=True),
        "dtype": message.spec.dtype,
        "statistics": _statistics(message.statistics) if message.HasField("statistics") else None,
        "visualization": _visualization(message.visualization) if message.HasField("visualization") else None,
    }


def sample(message: trainer_pb2.PredictedSample) -> Json:
    """Return a row with what is true of it and what a model says of it."""
    parts = {name: struct_to_dict(getattr(message, name)) for name in ("row", "truth", "prediction")}
    return {"index": message.index, **parts}


def test(message: trainer_pb2.Test) -> Json:
    """Return a test."""
    return {
        "id": message.id,
        "state": state(message.state),
        "progress": finite(message.progress),
        "split": message.split,
        "results": _struct(message, "results"),
        "error": component_error(message.error) if message.HasField("error") else None,
    }


def export(message: trainer_pb2.Export) -> Json:
    """Return an export."""
    return {
        "id": message.id,
        "state": state(message.state),
        "progress": finite(message.progress),
        "format": message.format,
        "file": message.file or None,
        "bytes": message.bytes,
        "max_difference": finite(message.max_difference) if message.file else None,
        "error": component_error(message.error) if message.HasField("error") else None,
    }


def state(value: trainer_pb2.State.ValueType) -> str:
    """Return a state's name."""
    return trainer_pb2.State.Name(value).removeprefix("STATE_")


def _port(message: codegen_pb2.Port) -> Json:
    return {
        "name": message.name,
        "rank": message.rank or None,
        "dtype": message.dtype or None,
        "required": message.required,
        "repeated": message.repeated,
    }


def _output(message: executor_pb2.PreviewOutput) -> Json:
    return {
        "port": message.port,
        "shape": _shape(message.spec),
        "dtype": message.spec.dtype,
        "statistics": _statistics(message.statistics) if message.HasField("statistics") else None,
        "visualization": _visualization(message.visualization) if message.HasField("visualization") else None,
    }


def _shape(spec: graph_pb2.TensorSpec, whole: bool = False) -> list[int | None]:
    sizes = list(spec.shape) if whole else list(spec.shape)[1:]
    return [None if size < 0 else size for size in sizes]


def _statistics(message: graph_pb2.TensorStatistics) -> Json:
    figures = {name: finite(getattr(message, name)) for name in ("min", "max", "mean", "std")}
    zeros = message.zero_fraction if message.HasField("zero_fraction") else None
    return {**figures, "nan_count": message.nan_count, "zero_fraction": zeros}


def _visualization(message: graph_pb2.Visualization) -> Json:
    picture: Json = {
        "kind": message.kind,
        "title": message.title,
        "width": message.width,
        "height": message.height,
        "channels": message.channels,
        "rows": message.rows or 1,
        "min": finite(message.min),
        "max": finite(message.max),
    }
    if message.png:
        picture["png"] = base64.b64encode(message.png).decode()
    else:
        picture["values"] = [finite(value) for value in message.values]
    if message.labels:
        picture["labels"] = list(message.labels)
    return picture


def _struct(message: Message, name: str) -> Json | None:
    return struct_to_dict(getattr(message, name)) if message.HasField(name) else None


def code_hunk(message: codegen_pb2.CodeHunk) -> dict[str, Any]:
    """Return lines of merged code, or a conflict."""
    return {
        "lines": list(message.lines),
        "conflict": message.conflict,
        "base": list(message.base),
        "custom": list(message.custom),
        "template": list(message.template),
    }
