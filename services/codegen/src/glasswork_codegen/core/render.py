"""From an analysed graph to the code of each component."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

from glasswork_sdk.analysis import Analysis, Node
from glasswork_sdk.component import Kind
from glasswork_sdk.diagnostics import Diagnostic, error, plugin_failed, warning
from glasswork_sdk.document import CustomCode
from glasswork_sdk.errors import PluginFailed
from glasswork_sdk.graph import Binding
from glasswork_sdk.names import class_names, identifier
from glasswork_sdk.plugins import Catalogue
from glasswork_sdk.rendering import render_component
from glasswork_sdk.rules import finds_nothing
from glasswork_sdk.settings import Settings

from glasswork_codegen.core.custom import UNREADABLE, CustomLayer, clashes, inspect_layer, missing_functions, parse
from glasswork_codegen.core.merge import Hunk, Merge, merge
from glasswork_codegen.core.predictions import NO_PREDICTION, Prediction, predictions
from glasswork_codegen.core.program import CodeKind, ComponentCode

RESERVED: Final = frozenset(
    {
        "argparse",
        "json",
        "Path",
        "Callable",
        "NamedTuple",
        "keras",
        "np",
        "pd",
        "tf",
        "Image",
        "SOURCE",
        "SEED",
        "EPOCHS",
        "BATCH_SIZE",
        "CHECKPOINT_EVERY",
        "STEPS",
        "Data",
        "read_table",
        "split_rows",
        "prepare_targets",
        "assemble",
        "train",
        "load_data",
        "build_model",
        "main",
        "model",
        "data",
        "folder",
        "annotations",
        "Scores",
        "weighted",
        "weights_of",
    }
)
USUAL_LENGTH: Final = 2_000
"""Characters of an expression whose reading is remembered: 40 MB at most in all."""
_HARMLESS: Final = frozenset(
    {
        "missing-connection",
        "doubled-connection",
        "unknown-port",
        "rank-mismatch",
        "shape-mismatch",
        "dtype-mismatch",
        "weights-before-targets",
    }
)
"""Errors about what is connected to a component; its own code can be written all the same."""
_KINDS: Final = {Kind.DATA: CodeKind.DATA, Kind.SOURCE: CodeKind.SOURCE, Kind.TRAINING: CodeKind.TRAINING}


class Grounds(NamedTuple):
    """All that the code of a component depends on besides the templates; equal grounds give equal sections."""

    node: Node
    class_name: str
    stored: str
    writable: bool
    target_side: bool
    prediction: Prediction


@dataclass(frozen=True, eq=False)
class Section:
    """The code of one component.

    Args:
        grounds: what it was made from.
        code: the code; None where it cannot be written.
        found: what is wrong with custom code.
    """

    grounds: Grounds
    code: ComponentCode | None
    found: tuple[Diagnostic, ...]

    @cached_property
    def names(self) -> Mapping[str, int]:
        """Names that the code defines at the top of the file, with the line of each."""
        return _top_names(self.code) if self.code is not None else {}


class Renderer:
    """Writes the code of the components of one analysed graph.

    Args:
        analysis: the analysed graph; components with errors of their own get no code.
        catalogue: the templates.
        stored: how the dataset keeps images, `files` or `arrays`.
    """

    def __init__(self, analysis: Analysis, catalogue: Catalogue, stored: str) -> None:
        self.analysis = analysis
        self.catalogue = catalogue
        self.stored = stored
        self.classes = _class_names(tuple(analysis.nodes))
        self.found: list[Diagnostic] = []

    def sections(self, before: Mapping[str, Section]) -> dict[str, Section]:
        """Return the section of every component, in topological order.

        Args:
            before: sections of another state of the graph; those whose grounds are the same are taken over.
        """
        sections: dict[str, Section] = {}
        for name, grounds in self.grounds().items():
            known = before.get(name)
            sections[name] = known if known is not None and known.grounds == grounds else self.section(grounds)
        return sections

    def grounds(self) -> dict[str, Grounds]:
        """Return what the code of each component depends on."""
        analysis, stored = self.analysis, self.stored
        broken = {item.component for item in analysis.diagnostics if self.prevents_code(item)}
        only_targets, predicted = analysis.target_side - analysis.model_side, predictions(analysis)
        return {
            name: Grounds(
                node,
                self.class_name(node),
                stored,
                name not in analysis.wiring.cyclic and (node.component.code is not None or name not in broken),
                name in only_targets,
                predicted.get(name, NO_PREDICTION),
            )
            for name, node in analysis.nodes.items()
        }

    def prevents_code(self, item: Diagnostic) -> bool:
        """Whether a component with this finding has no code: what a rule judges runs, though it cannot be trained."""
        judged = (rule := self.catalogue.rules.get(item.code)) is not None and rule.check is not finds_nothing
        return item.severity == "error" and item.code not in _HARMLESS and not judged

    def class_name(self, node: Node) -> str:
        """Return the name of the class that a component's template may define: that of the owner of its layer."""
        own = self.classes[node.id]
        return own if node.component.shares is None else self.classes.get(node.component.shares, own)

    def section(self, grounds: Grounds) -> Section:
        """Write the section of one component."""
        self.found = []
        try:
            code = self.component(grounds)
        except PluginFailed as problem:
            self.found.append(plugin_failed(problem, grounds.node.id, grounds.node.label))
            code = None
        return Section(grounds, code, tuple(self.found))

    def clashes(self, sections: Mapping[str, Section]) -> list[Diagnostic]:
        """Return where two components define one name, or custom code hides a name of the file."""
        written = {name: item for name, item in sections.items() if item.code is not None}
        if all(item.grounds.node.component.code is None for item in written.values()):
            return []
        labels = {node.id: node.label for node in self.analysis.nodes.values()}
        return clashes({name: item.names for name, item in written.items()}, RESERVED, labels)

    def component(self, grounds: Grounds) -> ComponentCode | None:
        """Return the code of one component, or None where it cannot be written."""
        node = grounds.node
        if node.type is None or node.settings is None or not grounds.writable:
            return None
        text = self.text(node)
        if text is None:
            return None
        kind = _KINDS.get(node.type.kind) or (CodeKind.EXPRESSION if _is_expression(text) else CodeKind.CLASS)
        custom = inspect_layer(text) if node.component.code is not None and kind is CodeKind.CLASS else None
        symbol = self.symbol(node, kind, custom)
        if node.component.code is not None:
            self.check_custom(node, kind, text, custom)
            if custom is not None and not custom.class_name:
                return None  # there is nothing in it that could run
        return ComponentCode(
            id=node.id,
            type=node.component.type,
            kind=kind,
            code=text,
            symbol=symbol,
            inputs=dict(node.bindings),
            outputs=tuple(port.name for port in node.ports.outputs or ()),
            shares=node.component.shares or "",
            visualization="overlay" if grounds.prediction.mask else visualization(node),
            specs=dict(node.outputs),
            target_side=grounds.target_side,
            keyed_inputs=keyed(node),
            uses_variables=custom is not None and custom.declares,
            labels=grounds.prediction.labels,
        )

    def check_custom(self, node: Node, kind: CodeKind, text: str, custom: CustomLayer | None) -> None:
        """Take note of what is wrong with custom code that is valid Python."""
        wanted = {
            CodeKind.DATA: (f"read_{node.id}",),
            CodeKind.SOURCE: (f"sample_{node.id}",),
            CodeKind.TRAINING: ("assemble", "train"),
        }.get(kind, ())
        for name in missing_functions(text, wanted) if wanted else ():
            message = f"{node.label}: its code must define the function '{name}'. Reset the code, or write it again."
            self.found.append(error("missing-function", message, component=node.id))
        if custom is not None and not custom.class_name:
            message = f"{node.label}: its code must be one Keras layer expression, or define a keras.Layer class."
            self.found.append(error("no-layer-class", message, component=node.id, line=1))
        if custom is not None and custom.undeclared:
            message = (
                f"{node.label}: line {custom.undeclared} of its code uses X, the variables of the component before it. "
                "Ask for them: def call(self, x, X)."
            )
            self.found.append(error("undeclared-variables", message, component=node.id, line=custom.undeclared))

    def merged(self, node: Node, code: CustomCode) -> Merge:
        """Return custom code with what changed in the template since it was made; a conflict keeps the custom lines."""
        if not code.base or node.settings is None:
            return Merge((Hunk(tuple(code.text.split("\n"))),))
        found = merge(code.base, code.text, self.rendered(node))
        if found.conflicts:
            message = (
                f"{node.label}: its code was changed by hand where its template or settings changed too. "
                "Choose between both in its code tab; until then the lines written by hand are used."
            )
            self.found.append(warning("code-conflict", message, component=node.id))
        return found

    def text(self, node: Node) -> str | None:
        """Return the code in use, or None where it is no valid Python."""
        code = node.component.code
        if code is None:
            return self.rendered(node)
        text = self.merged(node, code).text.strip("\n").expandtabs(4)
        try:
            parse(text)
        except UNREADABLE as problem:
            line = getattr(problem, "lineno", None) or 1
            message = f"{node.label}: line {line} of its code is no valid Python: {getattr(problem, 'msg', problem)}."
            self.found.append(error("syntax-error", message, component=node.id, line=line))
            return None
        return text

    def rendered(self, node: Node, settings: Settings | None = None) -> str:
        """Return what the template of a component gives, for its own settings or others.

        Raises:
            TypeError: its type is not installed, or it has no valid settings.
            PluginFailed: its template or its `context` failed.
        """
        kind, settings = node.type, settings or node.settings
        if kind is None or settings is None:
            raise TypeError(f"'{node.id}' has no type or settings to render")
        owner = node.component.shares or node.id
        return render_component(
            self.catalogue.templates,
            node.component.type,
            kind,
            settings,
            node.inputs,
            component_id=node.id,
            class_name=self.class_name(node),
            owner=owner,
            values={**node.values, "stored": self.stored},
        )

    def symbol(self, node: Node, kind: CodeKind, custom: CustomLayer | None) -> str:
        """Return what the code of a component defines."""
        if kind is CodeKind.DATA:
            return f"read_{node.id}"
        if kind is CodeKind.SOURCE:
            return f"sample_{node.id}"
        if kind is CodeKind.TRAINING:
            return "assemble"
        if kind is CodeKind.EXPRESSION:
            return identifier(node.id, RESERVED)
        if custom is not None and custom.class_name:
            return custom.class_name
        return self.class_name(node)


@lru_cache(maxsize=8)
def _class_names(component_ids: tuple[str, ...]) -> Mapping[str, str]:
    return class_names(component_ids, RESERVED)


def _top_names(code: ComponentCode) -> dict[str, int]:
    if code.shares or code.kind is CodeKind.EXPRESSION:
        return {}
    names = inspect_layer(code.code).names
    own = {"assemble", "train", "Scores", "weighted"} if code.kind is CodeKind.TRAINING else set()
    return {name: line for name, line in names.items() if name not in own}


def visualization(node: Node) -> str:
    """Return the picture that suits the output: what the type says, or probabilities behind softmax and sigmoid."""
    activation = getattr(node.settings, "activation", None) or getattr(node.settings, "function", None)
    output = node.outputs.get("output")
    if activation in {"softmax", "sigmoid"} and output is not None and output.rank == 2:
        return "probabilities"
    return "auto" if node.type is None else node.type.visualization


def keyed(node: Node) -> bool:
    """Whether a call gets a mapping by port name: several inputs of custom code, or of ports with their own names."""
    custom = node.component.code is not None or node.component.type == "core.custom"
    repeated = any(port.repeated for port in node.ports.inputs or ())
    return len(node.bindings) > 1 and (custom or not repeated)


def call_arguments(
    bindings: Mapping[str, Binding],
    keyed_inputs: bool,
    variables: Mapping[str, str],
    mappings: Collection[str] = (),
) -> str:
    """Return what stands between the parentheses of a call: one value, a list, or a mapping by port name.

    Args:
        bindings: what is connected to the inputs, in the order of the ports.
        keyed_inputs: whether the call gets a mapping.
        variables: the variable of each component's output.
        mappings: components whose output is a mapping by port name, because they have several.
    """
    values = {port: output_value(binding, variables, mappings) for port, binding in bindings.items()}
    if len(values) == 1 and not keyed_inputs:
        return next(iter(values.values()))
    if keyed_inputs:
        return "{" + ", ".join(f'"{port}": {value}' for port, value in values.items()) + "}"
    return "[" + ", ".join(values.values()) + "]"


def output_value(binding: Binding, variables: Mapping[str, str], mappings: Collection[str]) -> str:
    """Return the expression of one output of a component."""
    variable = variables[binding.component]
    single = binding.output == "output" and binding.component not in mappings
    return variable if single else f'{variable}["{binding.output}"]'


def _is_expression(text: str) -> bool:
    if text.startswith("class ") or "\nclass " in text:
        return False
    # What people type may be as long as a document: of that nothing is kept.
    return _parses(text) if len(text) <= USUAL_LENGTH else _parses.__wrapped__(text)


@lru_cache(maxsize=20_000)
def _parses(text: str) -> bool:
    try:
        ast.parse(text, mode="eval")
    except UNREADABLE:
        return False
    return True
