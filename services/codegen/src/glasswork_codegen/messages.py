"""Between the messages of the contract and the values of the core."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import Any, Final

from glasswork.codegen.v1 import codegen_pb2 as pb
from glasswork.graph.v1 import graph_pb2 as graph_pb
from glasswork_sdk.component import ComponentType, TrainingType
from glasswork_sdk.diagnostics import Diagnostic
from glasswork_sdk.document import Document
from glasswork_sdk.errors import PluginFailed
from glasswork_sdk.guarded import blamed
from glasswork_sdk.installed import PluginInfo
from glasswork_sdk.plugins import Catalogue
from glasswork_sdk.profile import DatasetProfile, DatasetWarning, FeatureProfile, FeatureStatistics
from glasswork_sdk.rules import ComponentValues, Rule, ValueStatistics
from glasswork_sdk.specs import Port, TensorSpec
from glasswork_servicekit.graphs import graph_from_message, graph_to_message
from glasswork_servicekit.values import dict_to_struct, json_to_value
from google.protobuf.struct_pb2 import Struct

from glasswork_codegen.core.documentation import default_settings, documentation
from glasswork_codegen.core.merge import Hunk
from glasswork_codegen.core.program import CodeKind, ComponentCode, Program

MOST_FINDINGS: Final = 1_000
_KINDS: Final[Mapping[CodeKind, graph_pb.ComponentKind.ValueType]] = {
    CodeKind.DATA: graph_pb.COMPONENT_KIND_DATA,
    CodeKind.SOURCE: graph_pb.COMPONENT_KIND_SOURCE,
    CodeKind.EXPRESSION: graph_pb.COMPONENT_KIND_EXPRESSION,
    CodeKind.CLASS: graph_pb.COMPONENT_KIND_CLASS,
    CodeKind.TRAINING: graph_pb.COMPONENT_KIND_TRAINING,
}
_SEVERITIES: Final = {
    "error": graph_pb.SEVERITY_ERROR,
    "warning": graph_pb.SEVERITY_WARNING,
    "tip": graph_pb.SEVERITY_TIP,
}


def document_of(message: graph_pb.Graph) -> Document:
    """Return a graph message as a document; raises InvalidDocument."""
    return Document.parse(graph_from_message(message))


def changed_suggestions(before: graph_pb.Graph, document: Document, among: Iterable[str]) -> dict[str, Struct]:
    """Return what `suggested` holds of the components, `among` some, where it differs from a graph's."""
    present = {name: dict_to_struct(document.components[name].suggested) for name in among}
    return {name: struct for name, struct in present.items() if struct != before.components[name].suggested}


def graph_message(document: Document) -> graph_pb.Graph:
    """Return a document as a message."""
    return graph_to_message(document.to_json())


def profile_of(message: graph_pb.DatasetProfile) -> DatasetProfile:
    """Return a profile message as the SDK's value."""
    return DatasetProfile(
        hash=message.hash,
        rows=message.rows,
        table=message.table,
        features={item.name: _feature(item) for item in message.features},
        targets=tuple(message.targets),
        warnings=tuple(DatasetWarning(item.code, item.message, item.feature) for item in message.warnings),
    )


def values_of(message: Mapping[str, pb.ComponentValues]) -> dict[str, ComponentValues]:
    """Return measured values as the SDK's."""
    return {name: ComponentValues(_figures(item.outputs), _figures(item.gradients)) for name, item in message.items()}


def _figures(message: Mapping[str, pb.ValueStatistics]) -> dict[str, ValueStatistics]:
    return {
        name: ValueStatistics(
            size=item.size,
            min=item.min,
            max=item.max,
            mean=item.mean,
            std=item.std,
            nan_count=item.nan_count,
            zero_fraction=item.zero_fraction if item.HasField("zero_fraction") else None,
        )
        for name, item in message.items()
    }


def _feature(message: graph_pb.FeatureProfile) -> FeatureProfile:
    figures = message.statistics
    optional = {
        name: getattr(figures, name) if figures.HasField(name) else None for name in ("min", "max", "mean", "std")
    }
    statistics = FeatureStatistics(
        count=figures.count,
        missing=figures.missing,
        unique=figures.unique,
        **optional,
        classes=tuple(figures.classes),
        class_counts=tuple(figures.class_counts),
        height=figures.height,
        width=figures.width,
        channels=figures.channels,
    )
    return FeatureProfile(message.name, message.type, tuple(message.types), statistics)


def spec_of(message: graph_pb.TensorSpec) -> TensorSpec:
    """Return a spec message as the SDK's value, -1 as None."""
    return TensorSpec(tuple(None if size < 0 else size for size in message.shape), message.dtype)


def spec_message(spec: TensorSpec) -> graph_pb.TensorSpec:
    """Return a spec as a message, None as -1."""
    return graph_pb.TensorSpec(shape=[-1 if size is None else size for size in spec.shape], dtype=spec.dtype)


def diagnostic_messages(*found: Iterable[Diagnostic]) -> list[graph_pb.Diagnostic]:
    """Return findings as messages: the first of each list, as nobody reads more and a message has to hold them."""
    return [diagnostic_message(item) for part in found for item in itertools.islice(part, MOST_FINDINGS)]


def diagnostic_message(item: Diagnostic) -> graph_pb.Diagnostic:
    """Return a diagnostic as a message."""
    return graph_pb.Diagnostic(
        severity=_SEVERITIES[item.severity.value],
        code=item.code,
        message=item.message,
        component=item.component,
        port=item.port,
        setting=item.setting,
        line=item.line,
        fix=[_operation(operation) for operation in item.fix],
    )


def rule_message(rule: Rule) -> pb.Rule:
    """Return a rule as a message."""
    return pb.Rule(
        code=rule.code,
        severity=_SEVERITIES[rule.severity.value],
        title=rule.title,
        why=rule.why,
        remedy=rule.remedy,
    )


def _operation(operation: Mapping[str, Any]) -> graph_pb.PatchOperation:
    message = graph_pb.PatchOperation(op=operation["op"], path=operation["path"])
    if "from" in operation:
        setattr(message, "from", operation["from"])
    if "value" in operation:
        message.value.CopyFrom(json_to_value(operation["value"]))
    return message


def program_message(program: Program) -> graph_pb.Program:
    """Return a program as a message."""
    return graph_pb.Program(
        script=program.script,
        prelude=program.prelude,
        components=[component_code_message(item) for item in program.components],
    )


def component_code_message(item: ComponentCode) -> graph_pb.ComponentCode:
    """Return the part of a program that belongs to one component as a message."""
    return graph_pb.ComponentCode(
        id=item.id,
        type=item.type,
        kind=_KINDS[item.kind],
        code=item.code,
        first_line=item.first_line,
        last_line=item.last_line,
        symbol=item.symbol,
        inputs=[
            graph_pb.InputBinding(port=port, component=binding.component, output=binding.output)
            for port, binding in item.inputs.items()
        ],
        outputs=item.outputs,
        shares=item.shares,
        visualization=item.visualization,
        specs={port: spec_message(spec) for port, spec in item.specs.items()},
        target_side=item.target_side,
        keyed_inputs=item.keyed_inputs,
        uses_variables=item.uses_variables,
        labels=item.labels,
    )


def component_type_message(full: str, item: ComponentType[Any], catalogue: Catalogue) -> pb.ComponentType:
    """Return a component type with its documentation page; its ports are those of the default settings.

    One whose plugin fails at that comes without them, and with the reason.
    """
    message = pb.ComponentType(
        type=full,
        title=item.title,
        summary=item.summary,
        category=item.category,
        plugin=full.partition(".")[0],
        settings=item.Settings.model_fields,
        training=isinstance(item, TrainingType),
        metrics=item.metrics if isinstance(item, TrainingType) else (),
        keywords=item.keywords,
    )
    try:
        settings = default_settings(item)
        described = pb.ComponentType(
            inputs=_ports(item.inputs(settings)) if settings else [],
            outputs=_ports(item.outputs(settings)) if settings else [],
            settings_schema=dict_to_struct(item.settings_schema()),
            documentation=documentation(full, item, catalogue),
        )
    except PluginFailed as problem:
        described = pb.ComponentType(error=problem.message)
    except Exception as problem:  # one type that cannot be described must not empty the palette
        described = pb.ComponentType(error=blamed(item, "documentation", problem).message)
    message.MergeFrom(described)
    return message


def _ports(ports: Iterable[Port]) -> list[pb.Port]:
    return [
        pb.Port(name=port.name, rank=port.rank, dtype=port.dtype, required=port.required, repeated=port.repeated)
        for port in ports
    ]


def hunk_message(hunk: Hunk) -> pb.CodeHunk:
    """Return lines of merged code as a message."""
    return pb.CodeHunk(lines=hunk.lines, conflict=hunk.conflict, base=hunk.base, custom=hunk.ours, template=hunk.theirs)


def plugin_message(info: PluginInfo) -> pb.Plugin:
    """Return an installed plugin as a message."""
    return pb.Plugin(
        name=info.name,
        version=info.version,
        distribution=info.distribution,
        component_types=info.component_types,
        error=info.error,
        failures=[pb.PluginFailure(where=item.where, error=item.error, place=item.place) for item in info.failures],
    )
