"""Model documents, dataset profiles and diagnostics: JSON on one side, `glasswork.graph.v1` on the other.

Everything here works on plain dictionaries, in the shapes of model.json and of the REST API.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from glasswork.graph.v1 import graph_pb2 as pb

from glasswork_servicekit.values import (
    dict_to_struct,
    json_to_value,
    number,
    struct_to_dict,
    value_to_json,
)

__all__ = [
    "diagnostic_from_dict",
    "diagnostic_to_dict",
    "diagnostics_from_dicts",
    "diagnostics_to_dicts",
    "dict_to_struct",
    "graph_from_message",
    "graph_to_message",
    "json_to_value",
    "profile_from_dict",
    "profile_to_dict",
    "spec_from_dict",
    "spec_to_dict",
    "struct_to_dict",
    "value_to_json",
]

_SEVERITIES = {
    "error": pb.SEVERITY_ERROR,
    "warning": pb.SEVERITY_WARNING,
    "tip": pb.SEVERITY_TIP,
}
_SEVERITY_NAMES = {value: name for name, value in _SEVERITIES.items()}
_OPTIONAL_STATISTICS = ("min", "max", "mean", "std")
_IMAGE_STATISTICS = ("height", "width", "channels")


def graph_to_message(document: Mapping[str, Any]) -> pb.Graph:
    """Return a model document as a message.

    Args:
        document: the content of model.json.
    """
    graph = pb.Graph(
        format=document.get("format", 1),
        connections=[
            pb.Connection(**{"from": wire["from"], "to": wire["to"]}) for wire in document.get("connections", ())
        ],
        plugins=document.get("plugins", {}),
        notes=[dict_to_struct(note) for note in document.get("notes", ())],
        groups=[dict_to_struct(group) for group in document.get("groups", ())],
    )
    if document.get("dataset") is not None:
        graph.dataset.CopyFrom(_dataset_message(document["dataset"]))
    for component_id, component in document.get("components", {}).items():
        graph.components[component_id].CopyFrom(_component_message(component))
    return graph


def graph_from_message(message: pb.Graph) -> dict[str, Any]:
    """Return a message as the model document that it was made from, components sorted by id.

    Args:
        message: the graph.
    """
    document: dict[str, Any] = {
        "format": message.format,
        "dataset": _dataset_dict(message.dataset) if message.HasField("dataset") else None,
        "components": {key: _component_dict(message.components[key]) for key in sorted(message.components)},
        "connections": [{"from": getattr(wire, "from"), "to": wire.to} for wire in message.connections],
        "plugins": {key: message.plugins[key] for key in sorted(message.plugins)},
    }
    if message.notes:
        document["notes"] = [struct_to_dict(note) for note in message.notes]
    if message.groups:
        document["groups"] = [struct_to_dict(group) for group in message.groups]
    return document


def profile_to_dict(profile: pb.DatasetProfile) -> dict[str, Any]:
    """Return a dataset profile in the shape of the REST API: features by name, in the order of the file."""
    return {
        "hash": profile.hash,
        "rows": profile.rows,
        "table": profile.table,
        "features": {
            feature.name: {
                "type": feature.type,
                "types": list(feature.types),
                "statistics": _statistics_dict(feature.statistics),
            }
            for feature in profile.features
        },
        "warnings": [
            {"code": item.code, "message": item.message, "feature": item.feature or None} for item in profile.warnings
        ],
        "targets": list(profile.targets),
    }


def profile_from_dict(profile: Mapping[str, Any]) -> pb.DatasetProfile:
    """Return a dataset profile in the shape of the REST API as a message."""
    return pb.DatasetProfile(
        hash=profile.get("hash", ""),
        rows=profile.get("rows", 0),
        table=profile.get("table", ""),
        features=[
            pb.FeatureProfile(
                name=name,
                type=feature["type"],
                types=feature.get("types", [feature["type"]]),
                statistics=pb.FeatureStatistics(**feature.get("statistics", {})),
            )
            for name, feature in profile.get("features", {}).items()
        ],
        warnings=[
            pb.DatasetWarning(code=item["code"], message=item["message"], feature=item.get("feature") or "")
            for item in profile.get("warnings", ())
        ],
        targets=profile.get("targets", ()),
    )


def diagnostic_to_dict(message: pb.Diagnostic) -> dict[str, Any]:
    """Return a diagnostic in the shape of the REST API; what it is not about is None."""
    return {
        "severity": _SEVERITY_NAMES.get(message.severity, "error"),
        "code": message.code,
        "message": message.message,
        "component": message.component or None,
        "port": message.port or None,
        "setting": message.setting or None,
        "line": message.line or None,
        "fix": [_operation_dict(operation) for operation in message.fix] or None,
    }


def diagnostic_from_dict(diagnostic: Mapping[str, Any]) -> pb.Diagnostic:
    """Return a diagnostic in the shape of the REST API as a message."""
    texts = {key: diagnostic.get(key) or "" for key in ("code", "message", "component", "port", "setting")}
    return pb.Diagnostic(
        severity=_SEVERITIES[diagnostic["severity"]],
        line=diagnostic.get("line") or 0,
        fix=[_operation_message(operation) for operation in diagnostic.get("fix") or ()],
        **texts,
    )


def diagnostics_to_dicts(messages: Iterable[pb.Diagnostic]) -> list[dict[str, Any]]:
    """Return diagnostics in the shape of the REST API."""
    return [diagnostic_to_dict(message) for message in messages]


def diagnostics_from_dicts(diagnostics: Iterable[Mapping[str, Any]]) -> list[pb.Diagnostic]:
    """Return diagnostics in the shape of the REST API as messages."""
    return [diagnostic_from_dict(diagnostic) for diagnostic in diagnostics]


def spec_to_dict(message: pb.TensorSpec) -> dict[str, Any]:
    """Return a tensor spec as JSON; an unknown size is None."""
    return {"shape": [None if size < 0 else size for size in message.shape], "dtype": message.dtype}


def spec_from_dict(spec: Mapping[str, Any]) -> pb.TensorSpec:
    """Return a tensor spec as a message; an unknown size is -1."""
    return pb.TensorSpec(shape=[-1 if size is None else size for size in spec["shape"]], dtype=spec["dtype"])


def _dataset_message(dataset: Mapping[str, Any]) -> pb.DatasetReference:
    message = pb.DatasetReference(
        source=dataset.get("source", ""), hash=dataset.get("hash", ""), table=dataset.get("table", "")
    )
    for name, feature in dataset.get("features", {}).items():
        message.features[name].type = feature["type"]
    if dataset.get("split") is not None:
        message.split.CopyFrom(pb.Split(**dataset["split"]))
    return message


def _dataset_dict(message: pb.DatasetReference) -> dict[str, Any]:
    dataset: dict[str, Any] = {"source": message.source}
    dataset |= {key: getattr(message, key) for key in ("hash", "table") if getattr(message, key)}
    dataset["features"] = {name: {"type": message.features[name].type} for name in sorted(message.features)}
    if message.HasField("split"):
        fractions = {key: number(getattr(message.split, key)) for key in ("train", "validation", "test")}
        dataset["split"] = {**fractions, "seed": message.split.seed}
    return dataset


def _component_message(component: Mapping[str, Any]) -> pb.Component:
    message = pb.Component(
        type=component["type"],
        settings=dict_to_struct(component.get("settings") or {}),
        position=component.get("position") or (),
        shares=component.get("shares") or "",
        bypassed=component.get("bypassed", False),
        collapsed=component.get("collapsed", False),
    )
    if component.get("suggested"):
        message.suggested.CopyFrom(dict_to_struct(component["suggested"]))
    if component.get("code") is not None:
        message.code.CopyFrom(pb.CustomCode(**component["code"]))
    if component.get("ports") is not None:
        message.ports.CopyFrom(pb.CustomPorts(**component["ports"]))
    return message


def _component_dict(message: pb.Component) -> dict[str, Any]:
    component: dict[str, Any] = {"type": message.type, "settings": struct_to_dict(message.settings)}
    if message.suggested.fields:
        component["suggested"] = struct_to_dict(message.suggested)
    if message.shares:
        component["shares"] = message.shares
    if message.HasField("code"):
        component["code"] = {"text": message.code.text, "base": message.code.base}
    if message.HasField("ports"):
        component["ports"] = {"inputs": list(message.ports.inputs), "outputs": list(message.ports.outputs)}
    if message.position:
        component["position"] = [number(value) for value in message.position]
    if message.bypassed:
        component["bypassed"] = True
    if message.collapsed:
        component["collapsed"] = True
    return component


def _statistics_dict(message: pb.FeatureStatistics) -> dict[str, Any]:
    statistics: dict[str, Any] = {"count": message.count, "missing": message.missing, "unique": message.unique}
    statistics |= {key: getattr(message, key) for key in _OPTIONAL_STATISTICS if message.HasField(key)}  # type: ignore[arg-type]
    statistics |= {key: getattr(message, key) for key in _IMAGE_STATISTICS if getattr(message, key)}
    if message.classes:
        statistics |= {"classes": list(message.classes), "class_counts": list(message.class_counts)}
    if message.histogram:
        statistics["histogram"] = list(message.histogram)
    return statistics


def _operation_dict(message: pb.PatchOperation) -> dict[str, Any]:
    operation: dict[str, Any] = {"op": message.op, "path": message.path}
    if getattr(message, "from"):
        operation["from"] = getattr(message, "from")
    if message.HasField("value"):
        operation["value"] = value_to_json(message.value)
    return operation


def _operation_message(operation: Mapping[str, Any]) -> pb.PatchOperation:
    message = pb.PatchOperation(**{key: operation[key] for key in ("op", "path", "from") if key in operation})
    if "value" in operation:
        message.value.CopyFrom(json_to_value(operation["value"]))
    return message
