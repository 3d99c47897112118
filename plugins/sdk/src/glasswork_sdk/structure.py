"""The findings that the analysis and codegen make themselves: their documentation, and how they are mended."""

from __future__ import annotations

import difflib
from typing import Final

from glasswork_sdk.diagnostics import Diagnostic, Severity
from glasswork_sdk.graph import numbered, port_number
from glasswork_sdk.patch import NO_PATCH, Patch
from glasswork_sdk.rules import Rule, mending_rule
from glasswork_sdk.view import View

LONGEST_NAME: Final = 512


def _error(code: str, title: str, why: str, remedy: str) -> Rule:
    return Rule(code, Severity.ERROR, title, why, remedy)


@mending_rule(
    "bad-setting", Severity.ERROR, "A setting is not valid",
    why="A value is outside its range, of the wrong type, contradicts another, or no setting has that name.",
    remedy="Choose a value that the message allows. The fix takes the value back, so that the default holds.",
)  # fmt: skip
def _bad_setting(view: View, item: Diagnostic) -> Patch:
    component = view.document.components.get(item.component)
    if component is None or component.shares is not None:
        return NO_PATCH
    return view.fixes.forget(item.component, item.setting)


@mending_rule(
    "bad-share", Severity.ERROR, "A component shares a layer that it cannot share",
    why="A component may call the layer of another one again, of the same type and with a layer of its own.",
    remedy='Choose such a component, or remove "shares" to give it a layer of its own, as the fix does.',
)  # fmt: skip
def _bad_share(view: View, item: Diagnostic) -> Patch:
    return ({"op": "remove", "path": f"/components/{item.component}/shares"},)


@mending_rule(
    "several-training-components", Severity.ERROR, "More than one component says how the model learns",
    why="A model has one training component, which compares predictions with targets.",
    remedy="Keep one. Several targets are several pairs of one training component.",
)  # fmt: skip
def _several_training_components(view: View, item: Diagnostic) -> Patch:
    return view.fixes.remove([item.component])


@mending_rule(
    "unknown-component", Severity.ERROR, "A connection names a component that is not there",
    why="It was renamed or removed, and the connection was left.",
    remedy="Remove the connection, as the fix does, or add the component.",
)  # fmt: skip
def _unknown_component(view: View, item: Diagnostic) -> Patch:
    known = view.document.components
    indexes = [
        index
        for index, wire in enumerate(view.document.connections)
        if (wire.from_component not in known or wire.to_component not in known)
        and (not item.component or item.component in {wire.from_component, wire.to_component})
    ]
    return view.fixes.disconnect_at(indexes)


@mending_rule(
    "unknown-port", Severity.ERROR, "A connection names a port that the component does not have",
    why="Ports depend on the component type and sometimes on its settings.",
    remedy="Connect one of the ports that the message names; the fix removes the connection.",
)  # fmt: skip
def _unknown_port(view: View, item: Diagnostic) -> Patch:
    end = f"{item.component}.{item.port}"
    wires = enumerate(view.document.connections)
    return view.fixes.disconnect_at([index for index, wire in wires if end in {wire.source, wire.target}])


@mending_rule(
    "doubled-connection", Severity.ERROR, "An input is connected twice",
    why="An input takes one value.",
    remedy="Remove one of the connections, as the fix does with the later one, or put a Merge before the input.",
)  # fmt: skip
def _doubled_connection(view: View, item: Diagnostic) -> Patch:
    return view.fixes.disconnect(f"{item.component}.{item.port}")


@mending_rule(
    "unknown-feature", Severity.ERROR, "The dataset has no such column",
    why="The column was renamed or removed, or the document was made for another dataset.",
    remedy="Choose one of the columns. The fix takes the one whose name is most alike.",
)  # fmt: skip
def _unknown_feature(view: View, item: Diagnostic) -> Patch:
    wanted = str(view.document.components[item.component].values.get("feature"))
    names = list(view.profile.features) if view.profile else []
    alike = difflib.get_close_matches(wanted[:LONGEST_NAME], names, n=1)
    return view.fixes.assign(item.component, feature=alike[0]) if alike else NO_PATCH


@mending_rule(
    "unconnected", Severity.WARNING, "A component takes no part in the model",
    why="Nothing leads from it to the training component, so it computes nothing that counts.",
    remedy="Connect it, or remove it, as the fix does.",
)  # fmt: skip
def _unconnected(view: View, item: Diagnostic) -> Patch:
    return view.fixes.remove([item.component]) if not view.readers[item.component] else NO_PATCH


@mending_rule(
    "weights-before-targets", Severity.ERROR, "Something that learns leads to the targets",
    why="Targets are facts. A model that may change them would learn to make them easy.",
    remedy="Connect the component to the predictions, or take it out of the path to the targets. Where the predictions "
    "come from the data alone the two are swapped, and the fix swaps them back.",
)  # fmt: skip
def _weights_before_targets(view: View, item: Diagnostic) -> Patch:
    training = view.training
    if training is None:
        return NO_PATCH
    changes: dict[str, str] = {}
    for name, binding in training.bindings.items():
        number = port_number("targets", name)
        other = training.bindings.get(numbered("predictions", number)) if number else None
        if other is not None and item.component in view.analysis.wiring.behind([binding.component]):
            if any(not _is_fact(view, node) for node in view.analysis.wiring.behind([other.component])):
                return NO_PATCH
            changes[f"{training.id}.{name}"] = f"{other.component}.{other.output}"
            changes[f"{training.id}.{numbered('predictions', number)}"] = f"{binding.component}.{binding.output}"
    return view.fixes.rewire(changes)


def _is_fact(view: View, name: str) -> bool:
    node = view.nodes[name]
    return node.type is not None and node.type.weightless and node.component.code is None


STRUCTURE: Final[tuple[Rule, ...]] = (
    _bad_setting,
    _bad_share,
    _several_training_components,
    _unknown_component,
    _unknown_port,
    _doubled_connection,
    _unknown_feature,
    _unconnected,
    _error(
        "unknown-type", "Nobody offers this component type",
        "A component's type belongs to a plugin, which must be installed and have it.",
        "Install the plugin, mend it where it could not be loaded, or choose another type.",
    ),
    _error(
        "no-training-component", "Nothing says how the model learns",
        "A graph ends in a training component: it holds the loss, the optimizer and the number of epochs.",
        "Add Classification or Regression, and connect predictions and targets to it.",
    ),
    _error(
        "missing-connection", "An input needs a connection",
        "The component computes nothing without this input.",
        "Draw a connection from an output to the input that the message names.",
    ),
    _error(
        "no-dataset", "The document names no dataset",
        "Data components read columns of a dataset.",
        "Choose a dataset for the model.",
    ),
    _error(
        "tensor-too-large", "More values than a machine can hold",
        "One row of this component's output would take more than 16 GiB, and training holds many rows.",
        "Make the image, the number of filters or units, or what is concatenated smaller.",
    ),
    _weights_before_targets,
    _error(
        "cycle", "The connections form a cycle",
        "A component would have to wait for its own output.",
        "Remove one of the connections that the message names.",
    ),
    _error(
        "syntax-error", "Custom code is no valid Python",
        "Code that Python cannot read cannot be run.",
        "Mend the line that the message names, or reset the component's code.",
    ),
    _error(
        "no-layer-class", "Custom code defines no layer",
        "The code of a component is one Keras layer expression, or defines a class derived from keras.Layer.",
        "Define such a class last, or reset the component's code.",
    ),
    Rule(
        "plugin-failed", Severity.ERROR, "A plugin failed",
        "The code of an installed plugin raised an exception, returned something else than its contract says, or did "
        "not return. The message names the plugin, the exception and the place in its code. All else goes on: other "
        "components, other plugins, and the rest of the check. It is a warning where the model can be trained without "
        "it, as when a suggestion or a rule fails.",
        "Update or remove the plugin, or use another component; tell the plugin's author what the message says.",
    ),
)  # fmt: skip
"""What the analysis finds; component types' own codes are documented by their plugins."""
